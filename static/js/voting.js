// Keys for the buttons of the vote bar, and one sending a battle. Without this file everything works by pointer and Tab.
"use strict";

(() => {
  // What is said here stands on the page, in the reader's language.
  const said = document.getElementById("said").dataset;

  // Letters go to fields of text; ticking a box leaves the keys as they are.
  const typing = (element) => element.closest("textarea, select, input:not([type=checkbox]), [contenteditable]") !== null;

  // Enter is for what has the focus; arrows scroll what scrolls, and extend a selection with Shift.
  const taken = (event) =>
    (event.key === "Enter" && event.target.closest("a, button, summary, input")) ||
    (event.key.startsWith("Arrow") && (event.shiftKey || event.target.closest(".prose")));

  const buttonFor = (key) =>
    [...document.querySelectorAll("button[data-key]")].find((button) =>
      button.dataset.key.split(" ").some((name) => name.toLowerCase() === key.toLowerCase()),
    );

  document.addEventListener("keydown", (event) => {
    // A key held down is one press; it must not run on to the next page's button.
    if (event.repeat) {
      if (event.target.closest(".vote-bar")) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || taken(event)) return;
    const button = buttonFor(event.key);
    if (!button || button.disabled) return;
    event.preventDefault();
    const unread = button.name === "outcome" && document.querySelector(".side[data-unread] h2");
    if (unread) return tell(said.unread.replace("{heading}", unread.textContent), "hint");
    button.focus();
    button.click();
  });

  // The second half of a double click would meet the bar of the next page, which may be there already.
  document.addEventListener(
    "click",
    (event) => {
      if (event.detail < 2 || !event.target.closest(".vote-bar")) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  // How long the battle was before the voter's eyes: one that was fetched ahead waits unseen. A reload or a report shows
  // it again, which does not begin anew. The server takes this only where it is less than what it counted itself.
  const SHOWN = "versus-shown";
  let shown = null;
  const noteShown = () => {
    const battle = document.querySelector("[data-shown]")?.form.action;
    if (!battle || battle === shown?.battle) return;
    try {
      const kept = JSON.parse(sessionStorage.getItem(SHOWN));
      shown = kept?.battle === battle ? kept : { battle, since: Date.now() };
      sessionStorage.setItem(SHOWN, JSON.stringify(shown));
    } catch {
      // A browser may forbid storage; only a reload begins anew then.
      shown = { battle, since: Date.now() };
    }
  };
  document.addEventListener("htmx:afterSettle", noteShown);
  noteShown();
  document.addEventListener(
    "submit",
    (event) => {
      const field = event.target.querySelector("[data-shown]");
      if (field && event.target.action === shown?.battle) field.value = Math.max(Date.now() - shown.since, 0);
    },
    true,
  );

  // A second press while the first is on its way would only get the same answer; it need not be sent.
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hidden) return;
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

  // What could not be sent is told beside the buttons; a vote counts once, so pressing again is safe.
  const tell = (text, kind = "alert") => {
    document.querySelectorAll(".vote-bar .note").forEach((note) => note.remove());
    const bar = document.querySelector(".vote-bar");
    if (!text || !bar) return;
    const note = document.createElement("p");
    note.className = `note ${kind}`;
    note.setAttribute("role", kind === "hint" ? "status" : "alert");
    note.textContent = text;
    bar.prepend(note);
  };
  const unreachable = () => tell(said.unreachable);
  document.addEventListener("htmx:beforeRequest", () => tell(""));
  document.addEventListener("htmx:sendError", unreachable);
  document.addEventListener("htmx:timeout", unreachable);
  document.addEventListener("htmx:responseError", (event) =>
    tell(
      event.detail.xhr.status === 429
        ? event.detail.xhr.responseText
        : event.detail.xhr.status < 500
          ? said.outdated
          : said.failed,
    ),
  );

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
