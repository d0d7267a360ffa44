// The room page. The server renders every state of the room; this script holds a seat, sends answers, and swaps in what
// has changed. An answer lives in `mine` and nowhere else: not in storage, not in the address, not on the page once it is
// sent. Each run that is asked has a section of its own, and only a section whose run or phase has changed is swapped, so
// that what somebody is choosing, ordering or writing in another one is left alone.
(() => {
  const code = document.body.dataset.code;
  const find = (id) => document.getElementById(id);
  const main = find("now");
  const UNHEARD_MS = 40000; // two heartbeats of the server and a bit
  const RETRY_MS = 3000;
  const SILENT_MS = 5000; // after so long without a reply, somebody wants to know why
  // What changes something is let go of much later: until the network itself has given up, it could still arrive, after a later answer.
  const GIVEN_UP_MS = 120000;
  const TELL_EVERY = 20; // characters

  const mine = new Map(); // run → {answer, sent, due, earlier}: what this page answered; null as the answer means taken back
  let state = null; // the room as the server last told it
  let seatedAt = null; // when the seat was last asked for: the boot of the server, and how often it has freed every seat
  let seated = false; // whether it let this page in
  let clockAhead = 0; // by how much the server's clock is ahead of this phone's, in milliseconds
  let hand = null; // the section that was touched last
  let heard = Date.now();
  let source = null;
  const timers = {};
  let following = Promise.resolve(); // one state after the other, in the order they were told
  let turn = Promise.resolve(); // one request about a ballot at a time, in the order of the taps

  const later = (name, milliseconds, act) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, milliseconds);
  };

  // ---- the sections of the page ---------------------------------------------------------------------------------------
  const sections = (page = document) => [...page.querySelectorAll("#now > .run")];
  const sectionOf = (run) => sections().find((section) => section.dataset.run === String(run));
  const runOf = (section) => Number(section.dataset.run);
  const ballotIn = (section) => section.querySelector(".ballot");
  const buttonTo = (section, name) => section.querySelector(`[data-act=${name}]`);

  // ---- a seat -----------------------------------------------------------------------------------------------------
  const store = {
    get(name) { try { return sessionStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { sessionStorage.setItem(name, value); } catch { /* a browser that keeps nothing: fine */ } },
  };
  const drawSeat = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  // What the picture on a seat card, or the leader's own, puts behind the address. It is gone from there before anything is sent.
  let card = "";
  let isWatching = store.get("watching " + code) === "yes"; // takes no seat
  function readFragment() {
    const told = location.hash.slice(1);
    if (!told) return;
    history.replaceState(null, "", location.pathname + location.search);
    if (told === "watch") watch(true);
    else card = told;
  }
  function watch(yes) {
    isWatching = yes;
    store.set("watching " + code, yes ? "yes" : "");
  }
  readFragment();
  // A card is its own seat; any other is drawn here.
  let seat = store.get("seat " + code) || drawSeat();
  let ticket = store.get("ticket " + code) || undefined;
  store.set("seat " + code, seat);
  // That this page has answered a run may be remembered; what it answered may not, nor which run it answered first.
  const marked = () => {
    const [boot, ...runs] = (store.get("answered " + code) || "").split(" ");
    return state && boot === state.boot ? runs.map(Number) : [];
  };
  function mark(run, yes) {
    const runs = marked().filter((each) => each !== run && sectionOf(each)).concat(yes ? [run] : []);
    store.set("answered " + code, runs.length ? [state.boot, ...runs.sort((a, b) => a - b)].join(" ") : "");
  }
  function hasAnswered(run) {
    const ballot = mine.get(run);
    return ballot ? ballot.sent && ballot.answer !== null : marked().includes(run);
  }

  async function ask(path, options) {
    const patience = new AbortController();
    const telling = setTimeout(tellLost, SILENT_MS);
    // The body, too, must have come by then. What is complete cannot be given up any more.
    setTimeout(() => patience.abort(), options.method ? GIVEN_UP_MS : UNHEARD_MS);
    try {
      const reply = await fetch(`/${code}${path}`, { cache: "no-store", signal: patience.signal, ...options });
      if (reply.ok) alive();
      const told = Date.parse(reply.headers.get("Date"));
      if (told) clockAhead = told - Date.now();
      return reply;
    } finally {
      clearTimeout(telling);
    }
  }
  const send = (method, path, body) => ask(path, { method, body: JSON.stringify(body) });
  const sentence = async (reply) => (await reply.json().catch(() => ({}))).error || say("not_done");

  async function takeSeat() {
    if (isWatching) {
      // A tab that had a seat gives it up: what only watches must not count.
      if (ticket) await send("DELETE", "/seats", { seat });
      forgetSeat();
      return showSeat(false, say("watching"));
    }
    const before = seated ? seat : null;
    const reply = await send("POST", "/seats", card ? { card } : { seat, ticket });
    const told = await reply.json().catch(() => ({}));
    if (reply.ok) {
      // Somebody who shows a card in a tab that has a seat is still one person.
      if (before && told.seat && told.seat !== before) await send("DELETE", "/seats", { seat: before });
      seat = told.seat ?? seat;
      ticket = told.ticket;
      card = "";
      store.set("seat " + code, seat);
      store.set("ticket " + code, ticket);
      return showSeat(true, "");
    }
    const isAboutACard = told.code?.endsWith("_card");
    if (isAboutACard) card = "";
    // Typing is not to be interrupted, and a wrong card is not tried again by itself.
    else if (reply.status !== 422) later("seat", 10000, () => takeSeat().then(castAll).catch(() => {}));
    // Behind a locked door, somebody who comes late may have been given a card.
    const form = find("card");
    form.hidden = !isAboutACard && told.code !== "seats.door_locked";
    const words = told.error || say("not_done");
    if (told.code?.match(/(no_such|unreadable)_card$/)) {
      problem(form, words);
      return showSeat(Boolean(before), "");
    }
    return showSeat(false, words);
  }

  function showSeat(isIn, words) {
    if (isIn || seated) tellTabs(isIn);
    seated = isIn;
    if (isIn) {
      clearTimeout(timers.seat);
      find("card").hidden = !find("card-problem").textContent;
    }
    document.querySelector("[data-act=leave]").hidden = !isIn;
    document.querySelector("[data-act=sit]").hidden = !isWatching;
    tellHere(words);
    return isIn;
  }

  async function leaveSeat() {
    const reply = await send("DELETE", "/seats", { seat }).catch(() => null);
    if (!reply) return tellHere(say("not_through"));
    if (!reply.ok && reply.status !== 403) return tellHere(await sentence(reply));
    // What was answered from it is forgotten with it, here as there.
    mine.clear();
    store.set("answered " + code, "");
    for (const section of sections()) settle(section);
    forgetSeat();
    watch(true);
    await takeSeat();
  }

  async function sitDown() {
    watch(false);
    await takeSeat().catch(lost);
  }

  // A seat that was left is good no more.
  function forgetSeat() {
    seat = drawSeat();
    ticket = undefined;
    store.set("seat " + code, seat);
    store.set("ticket " + code, "");
  }

  function tellHeads() {
    const isCounting = state.locked && state.heads === null && state.seats > 0 && state.counts_heads;
    // Said for as long as it is so, on every phone: nobody is counted behind anyone's back.
    put(find("counted"), state.heads === null ? "" : say("counted", { n: state.heads }));
    find("heads").hidden = !isCounting;
    const [ring, number, heading] = find("heads").querySelectorAll("circle, .ring p, h2");
    const words = isCounting ? say("heads", { n: state.seats }) : "";
    if (heading.textContent !== words) put(find("announced"), words);
    put(heading, words);
    if (!isCounting) return;
    // As many dots as there are seats, as on the stage.
    ring.setAttribute("pathLength", state.seats);
    ring.setAttribute("stroke-width", Math.min(11, 150 / state.seats));
    put(number, state.seats.toLocaleString(document.documentElement.lang));
  }

  // ---- what people are told ----------------------------------------------------------------------------------------
  const put = (place, words) => { if (place && place.textContent !== words) place.textContent = words; };
  const tellHere = (words) => put(find("status"), words);
  const sayIn = (section, words) => put(section?.querySelector(".said"), words);
  // For those who do not see that the page has changed. The same words once more are spoken only where they are new on the page.
  const announce = (words) => {
    tellHere("");
    find("announced").textContent = "";
    find("announced").append(Object.assign(document.createElement("span"), { textContent: words }));
  };
  const tellLost = () => {
    put(find("line"), say("lost"));
    for (const said of document.querySelectorAll(".said")) if (said.textContent === say("sending")) put(said, say("waits"));
  };
  const lost = () => {
    if (!timers.lost) timers.lost = setTimeout(tellLost, 1500);
  };
  const alive = () => {
    heard = Date.now();
    clearTimeout(timers.lost);
    timers.lost = null;
    put(find("line"), "");
  };

  function problem(form, words) {
    put(form.querySelector(".problem"), words);
    const fields = form.querySelectorAll("input, textarea");
    for (const field of fields) {
      if (words) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    if (words) fields[0]?.focus();
  }

  function tellTimer() {
    const minutes = Math.ceil((state?.ends_at * 1000 - Date.now() - clockAhead) / 60000);
    put(find("timer"), !state?.ends_at ? "" : minutes > 0 ? say("minutes", { n: minutes }) : say("time_is_up"));
  }

  // ---- the state of the room ----------------------------------------------------------------------------------------
  const heed = (next, page) => {
    following = following.then(() => follow(next ?? state, page)).catch(() => {
      lost();
      later("heed", RETRY_MS, heed);
    });
  };

  async function follow(next, page) {
    const restarted = state?.boot !== next.boot;
    const opens = state?.locked && !next.locked;
    state = next;
    forget();
    tellTimer();
    if (restarted) {
      for (const ballot of mine.values()) for (const each of [ballot, ballot.earlier]) if (each) each.due = true;
      for (const section of sections()) if (!mine.has(runOf(section))) settle(section);
    }
    tellHeads();
    const round = `${state.boot} ${state.round}`;
    if (seatedAt !== round || (opens && !seated)) {
      await takeSeat();
      seatedAt = round;
    }
    if (page || isBehind()) show(page ?? await fresh());
    for (const each of state.current) put(sectionOf(each.run)?.querySelector(".step"), each.step);
    await castAll();
  }

  // While lines are being read they are in the server's memory alone; should it fail, it asks for them again.
  function forget() {
    const phases = new Map(state.current.map((each) => [each.run, each.phase]));
    for (const run of mine.keys()) if (!["open", "reading", "sealed"].includes(phases.get(run))) mine.delete(run);
  }

  function isBehind() {
    const wanted = state.current.map((each) => `${each.run} ${each.phase}`).join() || " waiting";
    const shown = sections().map((section) => `${section.dataset.run} ${section.dataset.phase}`).join();
    return wanted !== shown || document.querySelector("header").dataset.section !== (state.section ?? "");
  }

  async function fresh() {
    const reply = await ask("", {});
    // Too many codes were guessed from this address: whoever has a seat shows it, and is let through the next time.
    if (reply.status === 429) await takeSeat();
    if (!reply.ok) throw new Error("no page");
    return reply.text();
  }

  function show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    hold();
    document.querySelector("header").replaceWith(page.querySelector("header"));
    if (find("intro").innerHTML !== page.getElementById("intro").innerHTML) find("intro").replaceWith(page.getElementById("intro"));
    const changed = swap(sections(page));
    if (changed.length) announce([...new Set(changed.map((section) => section.dataset.said))].join(" "));
  }

  function swap(fresh) {
    const shown = new Map(sections().map((section) => [section.dataset.run, section]));
    const changed = fresh.filter((section) => shown.get(section.dataset.run)?.dataset.phase !== section.dataset.phase);
    const isAllNew = !fresh.some((section) => shown.has(section.dataset.run));
    for (const section of changed) {
      const old = shown.get(section.dataset.run);
      if (old) old.replaceWith(section);
      else main.append(section);
      arrive(section);
    }
    for (const section of fresh) {
      // A drawing that took its time comes after its table.
      const isDrawn = section.querySelector('img[src^="data:"]') && !changed.includes(section);
      if (isDrawn) {
        const old = shown.get(section.dataset.run);
        old.textContent = "";
        old.append(...section.childNodes);
      }
      shown.delete(section.dataset.run);
    }
    for (const gone of shown.values()) gone.remove();
    if (isAllNew) window.scrollTo(0, 0);
    return changed;
  }

  // What is under somebody's thumb, or before their eyes, stays there when something above it grows, shrinks or loads.
  let held = null; // {section, top, tall}
  const topOf = (section) => section.getBoundingClientRect().top;
  function hold() {
    if (held && held.tall !== main.offsetHeight) return; // the observer below looks first
    const isOnScreen = hand?.isConnected && topOf(hand) < innerHeight && hand.getBoundingClientRect().bottom > 0;
    const section = isOnScreen ? hand : document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest(".run");
    held = { section, top: section && topOf(section), tall: main.offsetHeight };
  }
  // Whoever does something themselves looks where it happens.
  const letGo = () => { held = null; };
  new ResizeObserver(() => {
    if (held?.section?.isConnected) window.scrollBy(0, topOf(held.section) - held.top);
    letGo();
    hold();
  }).observe(main);
  document.addEventListener("scroll", hold, { passive: true });

  function arrive(section) {
    if (!ballotIn(section)) return;
    shuffle(ballotIn(section));
    settle(section);
  }

  // Show the form, or that it was answered.
  function settle(section, changing = false) {
    const form = ballotIn(section);
    if (!form) return;
    const isDone = hasAnswered(runOf(section)) && !changing;
    if (isDone) empty(form);
    form.hidden = isDone;
    section.querySelector(".answered").hidden = !isDone;
    buttonTo(section, "keep").hidden = !changing;
    label(form);
  }

  // ---- a form -------------------------------------------------------------------------------------------------------
  // Drawn by chance for each page: no option has the luck of standing first, and nobody reads an answer from a place.
  function shuffle(form) {
    const list = form.querySelector(".choices");
    if (!list || form.dataset.kind === "scale") return;
    const drawn = [...list.children].map((item) => [idOf(item) === "other", crypto.getRandomValues(new Uint32Array(1))[0], item]);
    list.append(...drawn.sort(([a, x], [b, y]) => a - b || x - y).map(([, , item]) => item));
    bound(form);
  }
  const idOf = (item) => item.dataset.option ?? item.querySelector("input").value;

  function empty(form) {
    form.reset();
    problem(form, "");
    if (form.dataset.kind === "rank") shuffle(form);
    delete form.dataset.meant;
    // How long somebody's line was, and that they moved something, is theirs as well.
    clearTimeout(timers.told);
    for (const line of form.querySelectorAll("textarea")) delete line.dataset.told;
    for (const told of form.querySelectorAll(".moved, .told")) put(told, "");
  }

  function label(form) {
    const button = form.querySelector(".main");
    if (button.dataset.none) put(button, read(form).length ? button.dataset.send : button.dataset.none);
    const line = form.querySelector("textarea");
    if (line) put(form.querySelector(".left"), charactersLeft(line));
  }

  const left = (line) => line.maxLength - line.value.length;
  const charactersLeft = (line) => say("characters", { n: left(line) });
  // Spoken when somebody rests, and only after a good many more characters: not with each key.
  function tellLeft(line) {
    later("told", 1500, () => {
      const step = String(Math.ceil(left(line) / TELL_EVERY));
      if (line.dataset.told !== step && line.value) put(line.closest("form").querySelector(".told"), charactersLeft(line));
      line.dataset.told = step;
    });
  }

  const items = (form) => [...form.querySelectorAll("[data-option]")];
  function bound(form) {
    items(form).forEach((item, place, all) => {
      item.querySelector(".up").disabled = place === 0;
      item.querySelector(".down").disabled = place === all.length - 1;
    });
  }

  function move(button) {
    const item = button.closest("[data-option]");
    // The other one is moved, since what is moved loses the focus.
    if (button.dataset.act === "up") item.after(item.previousElementSibling);
    else item.before(item.nextElementSibling);
    const form = item.closest("form");
    form.dataset.meant = "";
    const other = item.querySelector(button.dataset.act === "up" ? ".down" : ".up");
    other.disabled = false;
    const isAtEnd = button.dataset.act === "up" ? !item.previousElementSibling : !item.nextElementSibling;
    (isAtEnd ? other : button).focus();
    bound(form);
    put(form.querySelector(".moved"), say("moved", { option: item.querySelector("span").textContent, place: items(form).indexOf(item) + 1, places: items(form).length }));
  }

  const READ = {
    single: ([value]) => value ?? null,
    multi: (values) => values,
    scale: ([value]) => (value === undefined ? null : Number(value)),
    slider: ([value]) => (value === undefined ? null : Number(value)),
    rank: (_, form) => items(form).map((item) => item.dataset.option),
    text: (_, form) => form.querySelector("textarea").value.trim() || null,
  };
  const read = (form) => READ[form.dataset.kind]([...form.querySelectorAll("input:checked")].map((input) => input.value), form);

  // ---- a ballot -----------------------------------------------------------------------------------------------------
  function answer(section, value) {
    const run = runOf(section);
    const before = mine.get(run);
    if (ballotIn(section)) problem(ballotIn(section), "");
    buttonTo(section, "keep").hidden = true;
    // The server holds the earlier answer until it has taken this one.
    mine.set(run, { answer: value, sent: false, due: true, earlier: before?.sent ? before : before?.earlier });
    sayIn(section, say("sending"));
    castAll();
  }

  const castAll = () => (turn = turn.then(castDue).catch(() => {
    lost();
    later("cast", RETRY_MS, castAll);
  }));

  async function castDue() {
    if (!state) return; // the first state is a moment away
    for (const [run, ballot] of mine) {
      const told = state.current.find((each) => each.run === run);
      if (ballot.due && (!told || told.phase === "open")) await cast(run, ballot);
    }
  }

  async function cast(run, ballot) {
    const path = `/runs/${run}/ballot`;
    const go = () => (ballot.answer === null ? send("DELETE", path, { seat }) : send("PUT", path, { seat, answer: ballot.answer }));
    let reply = await go();
    if (reply.status === 403 && (await takeSeat())) reply = await go();
    if (reply.status >= 500) throw new Error("not now");
    alive();
    if (ballot !== mine.get(run)) return; // changed again meanwhile; the next turn sends that
    if (reply.status === 403) return sayIn(sectionOf(run), say("no_seat"));
    const isAgain = ballot.sent;
    ballot.due = false;
    if (!reply.ok) return refused(run, ballot, reply);
    Object.assign(ballot, { sent: true, earlier: null });
    mark(run, ballot.answer !== null);
    const section = sectionOf(run);
    if (section) isAgain ? taken(section) : said(section, ballot);
  }

  // Handed in anew for a server that came back; somebody may be choosing something else meanwhile.
  const taken = (section) => { if (ballotIn(section) && buttonTo(section, "keep").hidden) settle(section); };

  function said(section, ballot) {
    if (!ballotIn(section)) return;
    const isElsewhere = hand && hand !== section && hand.isConnected;
    settle(section);
    if (ballot.answer === null) return sayIn(section, say("taken_back"));
    sayIn(section, "");
    announce(say("answered"));
    if (isElsewhere) return;
    focusAnswered(section);
    letGo();
  }
  const focusAnswered = (section) => section.querySelector(".answered [tabindex]").focus();

  async function refused(run, ballot, reply) {
    const words = await sentence(reply);
    if (ballot !== mine.get(run)) return;
    if (ballot.earlier) mine.set(run, ballot.earlier);
    else mine.delete(run);
    castAll();
    const section = sectionOf(run);
    const form = section && ballotIn(section);
    if (!form) return;
    buttonTo(section, "keep").hidden = form.hidden || !hasAnswered(run);
    const isAboutTheForm = reply.status === 422 && !form.hidden;
    sayIn(section, isAboutTheForm ? "" : words);
    if (isAboutTheForm) problem(form, words);
  }

  // ---- what people do -------------------------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.id === "card") {
      card = form.querySelector("input").value;
      problem(form, "");
      takeSeat().then((isIn) => { if (isIn) form.reset(); }).then(castAll).catch(lost);
      return;
    }
    const value = read(form);
    if (form.dataset.kind === "rank" && !("meant" in form.dataset)) {
      // As chance drew it, it is nobody's answer yet.
      form.dataset.meant = "";
      problem(form, say("as_drawn"));
    } else if (value === null) problem(form, say(form.dataset.kind === "text" ? "write_first" : "choose_first"));
    else answer(form.closest(".run"), value);
    letGo();
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    problem(form, "");
    if (form.id === "card") return;
    label(form);
    if (event.target.maxLength > 0) tellLeft(event.target);
  });
  const ACTS = {
    pass: (section) => answer(section, { pass: true }),
    change: (section) => {
      settle(section, true);
      sayIn(section, "");
      ballotIn(section).querySelector("input, textarea, button:enabled").focus();
    },
    keep: (section) => {
      settle(section);
      focusAnswered(section);
    },
    withdraw: (section) => answer(section, null),
    up: (_, button) => move(button),
    down: (_, button) => move(button),
    pause: needAMoment,
    leave: leaveSeat,
    sit: sitDown,
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    ACTS[button.dataset.act](button.closest(".run"), button);
    letGo();
  });
  for (const touch of ["pointerdown", "focusin"]) {
    document.addEventListener(touch, (event) => {
      hand = event.target.closest?.(".run") ?? hand;
      hold();
    });
  }

  async function needAMoment() {
    const reply = await send("POST", "/pause", { seat }).catch(() => null);
    if (!reply) tellHere(say("not_through"));
    else tellHere(reply.ok ? say("paused") : await sentence(reply));
  }

  // ---- two tabs of one browser ---------------------------------------------------------------------------------------
  // Each has a seat of its own, and counts. All they tell each other is that they are here. A card is one seat in any tab.
  const isCard = () => seat.length === 12;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("room " + code) : null;
  function tellTabs(isIn) {
    put(find("twice"), "");
    if (tabs && !isCard()) tabs.postMessage(isIn ? "anyone?" : "left");
  }
  if (tabs) {
    tabs.onmessage = ({ data }) => {
      if (!seated || isCard()) return;
      if (data === "anyone?") tabs.postMessage("here");
      if (data === "here") put(find("twice"), say("twice"));
      if (data === "left") tellTabs(true);
    };
    window.addEventListener("pagehide", () => { if (seated) tellTabs(false); });
  }

  // ---- the line to the server ---------------------------------------------------------------------------------------
  function listen() {
    source?.close();
    heard = Date.now();
    source = new EventSource(`/${code}/events`);
    source.addEventListener("open", alive);
    source.addEventListener("beat", alive);
    let page; // how the page looks in the state that is told next, if it looks different
    source.addEventListener("page", (event) => { page = JSON.parse(event.data); });
    source.addEventListener("state", (event) => {
      alive();
      heed(JSON.parse(event.data), page);
      page = null;
    });
    source.addEventListener("error", () => {
      lost();
      // Refused rather than lost: whoever has a seat shows it, and is let through.
      if (source.readyState === EventSource.CLOSED) later("listen", RETRY_MS, () => takeSeat().catch(() => {}).then(listen));
    });
  }
  setInterval(() => {
    tellTimer();
    if (Date.now() - heard > UNHEARD_MS) { lost(); listen(); }
  }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - heard > UNHEARD_MS / 2) listen(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  window.addEventListener("online", listen);
  window.addEventListener("hashchange", () => {
    readFragment();
    if (card) watch(false);
    takeSeat().then(castAll).catch(lost);
  });
  for (const section of sections()) if (ballotIn(section)) shuffle(ballotIn(section));
  // Whether this page has answered is known once the server's boot is; a page that never answered need not wait for it.
  if (!store.get("answered " + code)) sections().forEach((section) => settle(section));
  listen();
  // Until here nothing on the page has promised anything.
  find("plain").remove();
})();
