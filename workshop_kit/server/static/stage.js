// The stage: what the room sees on the wall. The server renders every state of it; this script follows the room, swaps in
// the next state when there is one, and makes it as large as it fits. It takes no seat and sends nothing.
(() => {
  const UNHEARD_MS = 40000; // two heartbeats of the server and a bit
  const SETTLED_MS = 3000; // what two clocks may differ by and still tell the same time
  const MINUTE_MS = 60000;
  // From large to small. Several questions at once may leave out their options, their counters, and then themselves; lines
  // that people wrote may fill several pages.
  const LOOKS = [1, 2, 3, 4, 5, 6, 7].map((size) => [size, ""]);
  const leaving = (what, from) => LOOKS.slice(from - 1).map(([size]) => [size, what]);
  const LOOKS_TOGETHER = [...LOOKS.slice(0, 6), ...leaving("options", 2), ...leaving("counters", 4), [1, "questions"]];
  const LOOKS_OF_LINES = [...LOOKS, [7, "pages"]];
  const TURNS = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 }; // the keys that a clicker presses, too

  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  let code = "";
  let state = null; // the room as the server last told it
  let ahead = null; // how much the server's clock is ahead of this one, in milliseconds; null until a reply has told
  let heard = Date.now();
  let source = null;
  let lostTimer = null;
  let following = Promise.resolve(); // one state after the other, in the order they were told

  // ---- light and dark -----------------------------------------------------------------------------------------------
  const inDark = matchMedia("(prefers-color-scheme: dark)");
  const MEDIA = { dark: "all", light: "not all", "": inDark.media };
  const asked = new URLSearchParams(location.search);
  root.dataset.theme = asked.has("dark") ? "dark" : asked.has("light") ? "light" : "";
  const paint = (part) => part.querySelectorAll("source").forEach((each) => { each.media = MEDIA[root.dataset.theme]; });

  function turn() {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : inDark.matches;
    root.dataset.theme = isDark ? "light" : "dark";
    paint(find("scene"));
  }

  // ---- what is shown --------------------------------------------------------------------------------------------------
  const put = (element, words) => { if (element && element.textContent !== words) element.textContent = words; };
  const lost = () => {
    if (!lostTimer) lostTimer = setTimeout(() => put(find("line"), say("lost")), 1500);
  };
  const alive = () => {
    heard = Date.now();
    clearTimeout(lostTimer);
    lostTimer = null;
    put(find("line"), "");
  };

  const wanted = () => [state.boot, state.section ?? "", state.stage, state.locked ? "locked" : "open", `${state.seats ?? "-"}/${state.heads ?? "-"}`, ...state.current.map((each) => `${each.run}:${each.phase}`)].join(" ");

  async function follow(next) {
    state = next;
    if (find("scene").dataset.shows !== wanted() || (state.ends_at && ahead === null)) await show();
    for (const each of state.current) {
      const step = document.querySelector(`[data-step="${each.run}"]`);
      if (each.step) put(step, say("answered", { step: each.step[0].toLocaleUpperCase(root.lang) + each.step.slice(1) }));
    }
    tell();
  }

  async function show() {
    const reply = await fetch(`/${code}/stage${location.search}`, { cache: "no-store" });
    if (!reply.ok) return;
    setClock(Date.parse(reply.headers.get("Date")) - Date.now());
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("scene");
    const now = find("scene");
    if (fresh.dataset.shows === now.dataset.shows && fresh.dataset.further === now.dataset.further) return;
    paint(fresh);
    now.replaceWith(fresh);
    fit();
    tell();
    // For those who do not see that the screen has changed. The same words once more are spoken only where they are new on the page.
    find("announced").textContent = "";
    find("announced").append(Object.assign(document.createElement("span"), { textContent: fresh.querySelector("h1").textContent }));
  }

  function fit() {
    const scene = find("scene");
    const has = (part) => scene.querySelector(part) && root.clientWidth > root.clientHeight; // no wall is upright, and a phone scrolls
    const looks = has(".block") ? LOOKS_TOGETHER : has(".lines") ? LOOKS_OF_LINES : LOOKS;
    for (const [size, leaves] of looks) {
      Object.assign(scene.dataset, { size, leaves });
      if (root.scrollHeight <= root.clientHeight && root.scrollWidth <= root.clientWidth) break;
    }
    leaf(0);
  }

  // Turn the pages of a list that is too long for one wall: its columns go on beyond the right edge.
  function leaf(by) {
    const lines = document.querySelector("[data-leaves=pages] .lines");
    if (!lines) return;
    const width = lines.clientWidth + parseFloat(getComputedStyle(lines).columnGap);
    const last = Math.ceil(lines.scrollWidth / width) - 1;
    // The last page may begin before its place. Any other begins there, but for a fraction of a pixel.
    const page = Math.min(last, Math.max(0, Math.ceil(Math.abs(lines.scrollLeft) / width - 0.01) + by));
    lines.scrollLeft = page * width * (root.dir === "rtl" ? -1 : 1);
    put(find("page"), say("page", { page: page + 1, pages: last + 1 }));
  }

  // ---- the timer: a hint in words, never a cut-off ----------------------------------------------------------------------
  function setClock(difference) {
    // The header counts whole seconds. So little is no difference, and no reason to change the words to and fro.
    if (Math.abs(difference - (ahead ?? 0)) > SETTLED_MS) ahead = difference;
    else if (ahead === null) ahead = 0;
  }

  function left(ms) {
    if (ms <= 0) return say("time_is_up");
    const minutes = Math.ceil((ms - SETTLED_MS) / MINUTE_MS);
    return minutes > 1 ? say("minutes", { n: minutes }) : say("last_minute");
  }

  function tell() {
    const timer = find("timer");
    timer.hidden = !state?.ends_at;
    if (!timer.hidden) put(timer, left(1000 * state.ends_at - Date.now() - (ahead ?? 0)));
  }

  // ---- the line to the server -------------------------------------------------------------------------------------------
  function listen() {
    source?.close();
    heard = Date.now();
    source = new EventSource(`/${code}/events`);
    source.addEventListener("open", alive);
    source.addEventListener("beat", () => {
      alive();
      // A comparison that was taken back, and the clock, are told by the page alone.
      following = following.then(show).catch(lost);
    });
    source.addEventListener("state", (event) => {
      alive();
      const next = JSON.parse(event.data);
      following = following.then(() => follow(next)).catch(lost);
    });
    source.addEventListener("error", () => {
      lost();
      // Refused rather than lost: the room has another code now. Asked more often, the server would take it for guessing.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
    });
  }

  // Nobody touches this screen for an hour; that is no reason for it to go dark. The browser lets go of it when hidden.
  const stayAwake = () => { if (!document.hidden && window.top === window) navigator.wakeLock?.request("screen").catch(() => {}); };

  // A picture that does not come leaves its table in its place. Such an event is heard only on its way down.
  document.addEventListener("error", (event) => {
    if (event.target.tagName !== "IMG") return;
    find("scene").classList.add("undrawn");
    fit();
  }, true);

  document.addEventListener("DOMContentLoaded", () => {
    code = document.body.dataset.code;
    paint(document);
    fit();
    listen();
    setInterval(() => { if (Date.now() - heard > UNHEARD_MS) { lost(); listen(); } }, 5000);
    setInterval(tell, 1000);
    stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
    window.addEventListener("resize", fit);
    window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
    window.addEventListener("online", listen);
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const key = event.key.toLowerCase();
      if (event.key in TURNS) leaf(TURNS[event.key]);
      if (key === "d") turn();
      if (key === "f") (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()).catch(() => {});
    });
  });
})();
