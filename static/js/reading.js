// Help with reading two responses: which was seen to its end, copying, scrolling both together, which one is in view.
"use strict";

(() => {
  const TOGETHER = "versus-scroll-together";
  // Of longer ones the end has to come into view before keys vote.
  const LONG = 1.5;

  const sides = () => [...document.querySelectorAll("#side-a, #side-b")];
  const prose = (side) => side.querySelector(".prose");
  const jumps = (side) => document.querySelector(`.jump a[href="#${side.id}"]`);

  // A browser may forbid storage; the choice then lasts as long as the page.
  const remembered = () => {
    try {
      return localStorage.getItem(TOGETHER) === "yes";
    } catch {
      return false;
    }
  };
  const remember = (on) => {
    try {
      localStorage.setItem(TOGETHER, on ? "yes" : "no");
    } catch {
      // Nothing is lost but the memory.
    }
  };

  // The last line of a response is marked, and the mark taken off the side once it was in view.
  const watchReading = () => {
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
          delete target.closest(".side").dataset.unread;
          seen.unobserve(target);
        }
    });
    for (const side of sides()) {
      const end = document.createElement("span");
      end.className = "end";
      if (side.offsetHeight > LONG * window.innerHeight) side.dataset.unread = "yes";
      prose(side).append(end);
      seen.observe(end);
    }
  };

  const watchView = () => {
    const current = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          const link = jumps(target);
          if (link && isIntersecting) link.setAttribute("aria-current", "true");
          else if (link) link.removeAttribute("aria-current");
        }
      },
      { rootMargin: "-45% 0px -54% 0px" },
    );
    sides().forEach((side) => current.observe(side));
  };

  const scrollTogether = (event) => {
    const box = event.target;
    if (!(box instanceof Element) || !box.matches(".together .side > .prose") || !box.matches(":hover, :focus, :focus-within"))
      return;
    const share = box.scrollTop / Math.max(box.scrollHeight - box.clientHeight, 1);
    for (const other of sides().map(prose))
      if (other !== box) other.scrollTop = share * (other.scrollHeight - other.clientHeight);
  };

  const setTogether = (on) => {
    const button = document.querySelector("[data-together]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(on));
    document.querySelector("#stage .sides").classList.toggle("together", on);
    // What scrolls must be reached by Tab.
    for (const box of sides().map(prose)) {
      if (on) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };

  const copy = async (button) => {
    const label = button.firstChild;
    const before = label.data;
    await navigator.clipboard.writeText(prose(button.closest(".side")).innerText.trim());
    if (before === button.dataset.copy) return;
    label.data = button.dataset.copy;
    setTimeout(() => (label.data = before), 2000);
  };

  const begin = () => {
    if (!document.querySelector(".jump")) return;
    document.querySelector(".tools").hidden = false;
    // Browsers let pages write to the clipboard over HTTPS only.
    if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
    setTogether(remembered());
    watchReading();
    watchView();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-together]");
    if (!button) return;
    if ("copy" in button.dataset) return copy(button);
    const on = button.getAttribute("aria-pressed") !== "true";
    remember(on);
    setTogether(on);
  });
  document.addEventListener("scroll", scrollTogether, true);
  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();
