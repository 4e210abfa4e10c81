// Keys for the buttons of the vote bar, and one sending a battle. Without this file everything works by pointer and Tab.
"use strict";

(() => {
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  const buttonFor = (key) =>
    [...document.querySelectorAll("button[data-key]")].find((button) =>
      button.dataset.key.split(" ").some((name) => name.toLowerCase() === key.toLowerCase()),
    );

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
    const button = buttonFor(event.key);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.focus();
    button.click();
  });

  // A second press while the first is on its way would only get the same answer; it need not be sent.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form && !event.detail.successful) delete form.dataset.sent;
  });

  // Pointing at a choice outlines what it means.
  const outlined = { A: ["side-a"], B: ["side-b"], TIE: ["side-a", "side-b"], BOTH_BAD: ["side-a", "side-b"] };
  const outline = (event, on) => {
    const button = event.target.closest && event.target.closest("button[name=outcome]");
    if (!button) return;
    for (const id of outlined[button.value]) {
      const side = document.getElementById(id);
      if (side) side.classList.toggle(button.value === "BOTH_BAD" ? "would-lose" : "would-win", on);
    }
  };
  for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => outline(event, true));
  for (const name of ["pointerout", "focusout"]) document.addEventListener(name, (event) => outline(event, false));

  // What was swapped in starts at its heading for screen readers, unless a button asks for the focus.
  document.addEventListener("htmx:afterSettle", () => {
    const wanted = document.querySelector("#stage [autofocus]");
    if (wanted) wanted.focus();
    const title = document.querySelector("#stage h1");
    if (!wanted && title) {
      title.tabIndex = -1;
      title.focus();
    }
  });
})();
