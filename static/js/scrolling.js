// Code, tables and formulas wider than their box can be reached by Tab and scrolled by keys; what fits needs no stop.
"use strict";

(() => {
  const reach = () => {
    for (const box of document.querySelectorAll(".prose pre, .prose table, .prose div"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  };
  reach();
  document.addEventListener("htmx:afterSettle", reach);
  document.addEventListener("toggle", reach, true);
})();
