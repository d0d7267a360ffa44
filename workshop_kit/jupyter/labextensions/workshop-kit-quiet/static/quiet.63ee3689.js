/* A JupyterLab extension for what Jupyter's widgets cannot say for themselves. Written by hand: it needs no build. Its name
   ends with the first signs of its SHA-256, because browsers keep a file of the same name for long.

   Browsers write what is typed into a page to the disk every few seconds, to bring it back after a crash, and some send it
   away to be checked for spelling. A field that says autocomplete="off" and spellcheck="false" is left out of both. Every
   field of a card says so before the first letter is typed or the first choice made.

   JupyterLab takes plain keys for commands: in a row of choices an arrow key would leave the card, and "b" add a cell. Within
   a card plain keys belong to the card, and choices that belong together bear one name, so that arrow keys stay with them. */
(() => {
  let groups = 0;
  const cardAround = (event) => event.target instanceof Element && event.target.closest('.workshop-card');

  const prepare = (event) => {
    const card = cardAround(event);
    if (!card) return;
    for (const field of card.querySelectorAll('input, textarea')) {
      field.setAttribute('autocomplete', field.type === 'password' ? 'new-password' : 'off');
      field.setAttribute('spellcheck', 'false');
    }
    for (const group of card.querySelectorAll('.widget-radio-box:not([role])')) {
      groups += 1;
      group.setAttribute('role', 'radiogroup');
      group.setAttribute('aria-label', group.parentElement.querySelector('.widget-label').textContent);
      for (const choice of group.querySelectorAll('input')) choice.name = `workshop-choice-${groups}`;
    }
  };

  const keepPlainKeys = (event) => {
    // JupyterLab leaves out what bears this attribute; what is pressed together with Ctrl, such as Save, is still its own.
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey);
    if (cardAround(event)) event.target.toggleAttribute('data-lm-suppress-shortcuts', isPlain);
  };

  const plugin = {
    id: 'workshop-kit-quiet:plugin',
    autoStart: true,
    activate: () => {
      for (const kind of ['pointerdown', 'focusin']) document.addEventListener(kind, prepare, true);
      // At the window, so that it comes before JupyterLab, which listens at the document.
      window.addEventListener('keydown', keepPlainKeys, true);
    },
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['workshop-kit-quiet'] = { init: () => {}, get: async () => () => ({ __esModule: true, default: plugin }) };
})();
