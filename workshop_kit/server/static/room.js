// The room page. The server renders every state of the room; this script holds a seat, sends an answer, and swaps in the
// next state when there is one. The answer lives in `mine` and nowhere else: not in storage, not in the address, not on
// the page once it is sent.
"use strict";
(() => {
  const code = document.body.dataset.code;
  const find = (id) => document.getElementById(id);
  const now = find("now");
  const UNHEARD_MS = 40000; // two heartbeats of the server and a bit

  let state = null; // the room as the server last told it
  let mine = null; // {run, answer, sent, again}: this page's own answer; null as the answer means taken back
  let heard = Date.now();
  let source = null;
  let lostTimer = null;
  let retryTimer = null;
  let following = Promise.resolve(); // one state after the other, in the order they were told
  let turn = Promise.resolve(); // one request about a ballot at a time, in the order of the taps

  // ---- a seat -----------------------------------------------------------------------------------------------------
  const store = {
    get(name) { try { return sessionStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { sessionStorage.setItem(name, value); } catch { /* a browser that keeps nothing: fine */ } },
  };
  const drawSeat = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const seat = store.get("seat " + code) || drawSeat();
  store.set("seat " + code, seat);
  // That this page has answered may be remembered; what it answered may not.
  const answeredMark = () => `${state.boot} ${now.dataset.run}`;
  const hasAnswered = () => state && store.get("answered " + code) === answeredMark();
  const markAnswered = (yes) => store.set("answered " + code, yes ? answeredMark() : "");

  const send = (method, path, body) => fetch(`/${code}/${path}`, { method, body: JSON.stringify(body), cache: "no-store" });
  const sentence = async (reply) => (await reply.json().catch(() => ({}))).error || "That did not work. Please try again.";

  async function takeSeat() {
    const reply = await send("POST", "seats", { seat });
    say(reply.ok ? "" : await sentence(reply));
    if (!reply.ok) setTimeout(() => takeSeat().catch(() => {}), 10000);
    return reply.ok;
  }

  // ---- what people are told ----------------------------------------------------------------------------------------
  const say = (words) => { find("status").textContent = words; };
  // For those who do not see that the page has changed.
  const announce = (words) => { say(""); find("announced").textContent = words; };
  const problem = (words) => { if (find("problem")) find("problem").textContent = words; };
  const line = (words) => { if (find("line").textContent !== words) find("line").textContent = words; };
  const lost = () => {
    lostTimer ??= setTimeout(() => line("The connection is lost for the moment. What you chose is kept on this page, and it goes on by itself."), 1500);
  };
  const alive = () => {
    heard = Date.now();
    clearTimeout(lostTimer);
    lostTimer = null;
    line("");
  };

  // ---- the state of the room ----------------------------------------------------------------------------------------
  const shownKey = () => `${now.dataset.run} ${now.dataset.phase}`;
  const wantedKey = () => `${state.run ?? ""} ${state.phase}`;

  async function follow(next) {
    const restarted = state === null || state.boot !== next.boot;
    state = next;
    if (restarted) await takeSeat();
    if (shownKey() !== wantedKey()) await show();
    if (find("step") && state.step) find("step").textContent = state.step;
    if (mine && mine.run === state.run && state.phase === "open" && (restarted || !mine.sent)) {
      mine.again = mine.sent;
      await cast();
    } else if (restarted) settle();
  }

  const ANNOUNCED = { open: "There is a question.", closed: "The poll has closed.", revealed: "The group's answer is here.", waiting: "" };

  async function show() {
    const reply = await fetch(`/${code}`, { cache: "no-store" });
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = page.getElementById("now");
    const same = fresh.dataset.run === now.dataset.run && fresh.dataset.phase === now.dataset.phase;
    if (same) return; // never take away what someone is choosing
    Object.assign(now.dataset, { run: fresh.dataset.run, phase: fresh.dataset.phase });
    now.replaceChildren(...fresh.childNodes);
    document.querySelector("header").replaceWith(page.querySelector("header"));
    if (mine && String(mine.run) !== now.dataset.run) mine = null;
    if (now.dataset.phase !== "open") mine = null;
    announce(ANNOUNCED[now.dataset.phase]);
    settle();
  }

  // Show the form, or that it was answered.
  function settle(changing = false) {
    const form = find("ballot");
    if (!form) return;
    const answered = mine ? mine.sent && mine.answer !== null : hasAnswered();
    form.hidden = answered && !changing;
    find("answered").hidden = !form.hidden;
    find("keep").hidden = !changing;
    if (form.hidden || changing) form.reset();
    label();
  }

  const chosen = () => [...find("ballot").querySelectorAll("input:checked")].map((input) => input.value);
  function label() {
    const button = find("ballot").querySelector(".main");
    if (button.dataset.none) button.textContent = chosen().length ? "Send my answer" : button.dataset.none;
  }

  // ---- a ballot -----------------------------------------------------------------------------------------------------
  function read() {
    const values = chosen();
    const kind = find("ballot").dataset.kind;
    if (kind === "multi") return values;
    if (!values.length) return null;
    return kind === "single" ? values[0] : Number(values[0]);
  }

  function answer(value) {
    problem("");
    mine = { run: state?.run ?? Number(now.dataset.run), answer: value, sent: false };
    say("Sending…");
    cast();
  }

  const cast = () => (turn = turn.then(castNow).catch(castLater));

  function castLater() {
    lost();
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => { if (mine && !mine.sent) cast(); }, 3000);
  }

  async function castNow() {
    const ballot = mine;
    if (!ballot) return;
    const path = `runs/${ballot.run}/ballot`;
    const go = () => (ballot.answer === null ? send("DELETE", path, { seat }) : send("PUT", path, { seat, answer: ballot.answer }));
    let reply = await go();
    if (reply.status === 403 && (await takeSeat())) reply = await go();
    if (ballot !== mine) return; // changed again meanwhile; the next turn sends that
    if (reply.ok) {
      ballot.sent = true;
      markAnswered(ballot.answer !== null);
      if (ballot.again && !find("keep").hidden) return; // handed in anew for the server; somebody is choosing meanwhile
      settle();
      if (ballot.answer === null) say("Taken back. You can answer again until the poll closes.");
      else {
        announce("Answered. You can change it until the poll closes.");
        find("answered").querySelector("h1").focus();
      }
      return;
    }
    const words = await sentence(reply);
    mine = null;
    say("");
    settle();
    if (reply.status === 422) problem(words); else say(words);
  }

  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = read();
    if (value === null) problem("Please choose one, or pass.");
    else answer(value);
  });
  document.addEventListener("change", label);
  document.addEventListener("click", (event) => {
    const acts = {
      pass: () => answer({ pass: true }),
      change: () => { settle(true); say(""); find("ballot").querySelector("input").focus(); },
      keep: () => settle(),
      withdraw: () => answer(null),
      pause: needAMoment,
    };
    acts[event.target.id]?.();
  });

  async function needAMoment() {
    const reply = await send("POST", "pause", { seat }).catch(() => null);
    if (!reply) say("That did not go through. Please try again in a moment.");
    else say(reply.ok ? "Within half a minute the facilitator hears that someone needs a moment, not who." : await sentence(reply));
  }

  // ---- the line to the server ---------------------------------------------------------------------------------------
  function listen() {
    source?.close();
    heard = Date.now();
    source = new EventSource(`/${code}/events`);
    source.addEventListener("open", alive);
    source.addEventListener("beat", alive);
    source.addEventListener("state", (event) => {
      alive();
      const next = JSON.parse(event.data);
      following = following.then(() => follow(next)).catch(lost);
    });
    source.addEventListener("error", () => {
      lost();
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    });
  }
  setInterval(() => { if (Date.now() - heard > UNHEARD_MS) { lost(); listen(); } }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - heard > UNHEARD_MS / 2) listen(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  window.addEventListener("online", listen);
  // Whether this page has answered is known once the server's boot is; a page that never answered need not wait for it.
  if (!store.get("answered " + code)) settle();
  listen();
})();
