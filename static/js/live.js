// Shows both answers of a live battle while they are written. Without this file the page is reloaded until they are there.
"use strict";

(() => {
  const stage = document.querySelector("[data-events]");
  if (!stage) return;
  const sides = [...stage.querySelectorAll("[data-side]")];
  const events = new EventSource(stage.dataset.events);

  // A connection that was lost begins anew, with everything that was shown so far.
  events.addEventListener("begin", () => sides.forEach((side) => side.replaceChildren()));
  events.addEventListener("more", (event) => {
    const told = JSON.parse(event.data);
    for (const side of sides) side.append(told[side.dataset.side]);
  });
  // The whole answers come with their layout and the buttons, from the server.
  events.addEventListener("end", () => {
    events.close();
    location.reload();
  });
  window.addEventListener("pagehide", () => events.close());
})();
