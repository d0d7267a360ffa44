/* A page of Voilà does not say when the program behind it is gone: its buttons look alive and do nothing. So it asks, every few
   seconds, whether that program runs and whether this page is still connected to it. If not, a banner says so, with a button to
   reload; the new page takes up the room where it is. A guest's page also keeps its seat through that. */
(() => {
  const EVERY_MS = 4000;
  const PATIENCE_MS = 8000;
  // A page that was only just opened is not connected at once; one that was connected should be.
  const FAILURES = 2;
  const LOOKS_TO_CONNECT = 20;
  const SEAT = 'workshop-seat';
  const SEAT_EVERY_MS = 200;
  const SEAT_TRIES = 300;
  const { words } = workshop; // in the language of the page, which has them from its settings

  const banner = document.createElement('div');
  banner.id = 'workshop-banner';
  banner.setAttribute('role', 'alert');
  document.body.prepend(banner);
  // Voilà makes the notebook a part of the page that scrolls by itself; so it can be reached, and scrolled, by keyboard.
  document.getElementById('rendered_cells')?.setAttribute('tabindex', '0');
  document.getElementById('rendered_cells')?.setAttribute('role', 'main');
  document.title = document.querySelector('h1')?.firstChild?.textContent.trim() || document.title;

  const config = JSON.parse(document.getElementById('jupyter-config-data')?.textContent || '{}');
  const address = `${config.baseUrl}api/kernels/${config.kernelId}`;
  let connected = false;
  let failures = 0;

  const ask = () => fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });

  const say = (told) => {
    if (banner.firstChild) {
      if (banner.firstChild.textContent !== told) banner.firstChild.textContent = told;
      return;
    }
    const sentence = document.createElement('p');
    const button = document.createElement('button');
    sentence.textContent = told;
    button.textContent = words.reload;
    button.addEventListener('click', reload);
    banner.append(sentence, button);
  };

  // Reloaded while nothing answers, the page would be lost for one of the browser's own.
  const reload = () => ask().then(() => location.reload(), () => say(words.not_yet));

  const judge = async (reply) => {
    if (!reply.ok) return say(words.gone);
    const kernel = await reply.json();
    const here = kernel.connections > 0;
    if (kernel.execution_state === 'dead') return say(words.gone);
    if (here && banner.firstChild) return say(words.back);
    failures = here ? 0 : failures + 1;
    connected ||= here;
    if (failures >= (connected ? FAILURES : LOOKS_TO_CONNECT)) say(connected ? words.unreachable : words.gone);
  };

  const look = async () => {
    try {
      await judge(await ask());
    } catch {
      failures += 1;
      if (failures >= FAILURES) say(words.unreachable);
    }
  };

  // A reloaded page has a new kernel, but it is still the same person. So the page keeps the seat, as a phone does, and hands it
  // to the kernel in a field that nobody sees. What stands there later is what the room made of it, such as its ticket.
  const handOver = (tries) => {
    const field = document.querySelector('.workshop-seat input');
    if (!field && tries) setTimeout(handOver, SEAT_EVERY_MS, tries - 1);
    if (!field) return;
    const drawn = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const seat = sessionStorage.getItem(SEAT) || drawn();
    sessionStorage.setItem(SEAT, seat);
    field.value = seat;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const keepSeat = () => {
    const told = document.querySelector('.workshop-seat input')?.value;
    if (told) sessionStorage.setItem(SEAT, told);
  };

  // Alt and the letter that a button shows press it: the first that is there, in the order of the page. Told by the place of the
  // key, because with Alt some keyboards write other signs.
  document.addEventListener('keydown', (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith('Key')) return;
    const buttons = document.querySelectorAll(`button.workshop-key-${event.code.slice(3).toLowerCase()}`);
    const button = [...buttons].find((each) => !each.disabled && each.offsetParent);
    if (!buttons.length) return;
    event.preventDefault();
    if (event.repeat || !button) return;
    button.focus();
    button.click();
  });

  const tellKeys = () => {
    for (const button of document.querySelectorAll('[class*="workshop-key-"]:not([aria-keyshortcuts])')) {
      button.setAttribute('aria-keyshortcuts', `Alt+${button.className.match(/workshop-key-(\w)/)[1].toUpperCase()}`);
    }
  };

  const keepLooking = async () => {
    tellKeys();
    keepSeat();
    await look();
    setTimeout(keepLooking, EVERY_MS);
  };

  if (!config.kernelId) {
    // Half a page has arrived: what runs it ended meanwhile.
    say(words.gone);
    return;
  }
  keepLooking();
  document.addEventListener('visibilitychange', () => document.hidden || look());
  // What Voilà sends when a page goes away is sent by some browsers only, and only once its widgets are there. A dashboard's
  // kernel ends by itself a little later; a guest's place is free for the next one at once.
  window.addEventListener('pagehide', keepSeat);
  window.addEventListener('pagehide', () => navigator.sendBeacon(`${config.baseUrl}voila/api/shutdown/${config.kernelId}`));
  handOver(SEAT_TRIES);
})();
