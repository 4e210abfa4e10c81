// On a phone the two responses stand one below the other: a swipe to the side leads from one to the other, as the switch does.
"use strict";

(() => {
  const FAR = 60;
  const SOON = 1000;
  let start = null;

  // What scrolls to the side itself keeps its own swipes: code, tables, formulas.
  const scrollsSideways = (element) => {
    for (let box = element; box && !box.matches(".side"); box = box.parentElement)
      if (box.scrollWidth > box.clientWidth && ["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return true;
    return false;
  };

  // The switch is there on narrow screens only; beside each other the two need no swipe.
  const stacked = () => document.querySelector(".jump")?.offsetParent != null;

  document.addEventListener(
    "touchstart",
    (event) => {
      start = null;
      const side = event.target.closest && event.target.closest("#side-a, #side-b");
      if (!side || event.touches.length > 1 || !stacked() || scrollsSideways(event.target)) return;
      const { clientX, clientY } = event.touches[0];
      start = { side, clientX, clientY, at: event.timeStamp };
    },
    { passive: true },
  );

  document.addEventListener(
    "touchend",
    (event) => {
      const began = start;
      start = null;
      if (!began || event.touches.length || event.timeStamp - began.at > SOON) return;
      const { clientX, clientY } = event.changedTouches[0];
      const [dx, dy] = [clientX - began.clientX, clientY - began.clientY];
      // A slanting stroke scrolls, and one that marks text means the text.
      if (Math.abs(dx) < FAR || Math.abs(dx) < 2 * Math.abs(dy) || !getSelection().isCollapsed) return;
      const other = document.getElementById(dx < 0 ? "side-b" : "side-a");
      if (!other || other === began.side) return;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      other.scrollIntoView({ block: "start", behavior: still ? "instant" : "smooth" });
    },
    { passive: true },
  );
  document.addEventListener("touchcancel", () => (start = null), { passive: true });
})();
