// The page with the cards to print. Seat cards are fetched once, with the key that the cockpit put behind the address; it is gone
// from there before anything is sent, and so are the cards when this page closes.
"use strict";
(async () => {
  const key = location.hash.slice(1);
  if (!key) return;
  history.replaceState(null, "", location.pathname);
  const place = document.getElementById("sheets");
  const status = place.querySelector("[role=status]");
  status.textContent = status.dataset.waits;
  const reply = await fetch(`/${document.body.dataset.code}/cards`, { method: "POST", body: JSON.stringify({ key }), cache: "no-store" });
  if (reply.ok) place.innerHTML = await reply.text();
  else status.textContent = (await reply.json()).error;
})();
