// The page on which an address waits from which too many codes were guessed. Someone at the same address who has a seat in the room
// shows it here, and goes on at once. Nobody else can tell from this page whether a code is right.
"use strict";
(async () => {
  document.getElementById("seated").hidden = false;
  const code = location.pathname.split("/")[1];
  const kept = (name) => { try { return sessionStorage.getItem(`${name} ${code}`); } catch { return null; } };
  // A card in the picture's address is not to stand where others can read it; it is put back for the page that follows.
  const card = location.hash;
  if (card) history.replaceState(null, "", location.pathname);
  const [seat, ticket] = [kept("seat"), kept("ticket")];
  if (!seat || !ticket) return;
  const reply = await fetch(`/${code}/seats`, { method: "POST", body: JSON.stringify({ seat, ticket }), cache: "no-store" });
  if (!reply.ok) return;
  if (card) history.replaceState(null, "", location.pathname + card);
  location.reload();
})();
