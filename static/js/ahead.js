// The next battle is fetched while the reveal is read, so that one press shows it at once.
"use strict";

(() => {
  // A battle waits for its vote for a while only; an old page would show one that waits no more.
  const FRESH = 5 * 60 * 1000;
  // What is fetched now: the form that asked, when, and the page to come; null where the form has to go its usual way.
  let ahead = null;

  const fetchPage = async (form) => {
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      // Anything but a battle says something that has to be read: the form goes its usual way then.
      if (!answer.ok || !new URL(answer.url).pathname.startsWith("/battles/")) return null;
      return { url: answer.url, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
    } catch {
      return null;
    }
  };

  const begin = () => {
    const form = document.querySelector("form[data-ahead]");
    if (form && ahead?.form !== form) ahead = { form, since: Date.now(), coming: fetchPage(form) };
  };

  const show = ({ url, page }) => {
    const stage = document.importNode(page.querySelector("#stage"), true);
    document.title = page.title;
    document.querySelector("#messages").replaceChildren();
    document.querySelector("#stage").replaceWith(stage);
    // As htmx does it, so that it leads back and forward.
    history.replaceState({ htmx: true }, "", location.href);
    history.pushState({ htmx: true }, "", url);
    window.scrollTo({ top: 0, behavior: "instant" });
    htmx.process(stage);
    stage.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
  };

  const goOn = async (form, coming) => {
    const found = await coming;
    if (!form.isConnected) return;
    ahead = null;
    if (found) show(found);
    // Not within the event that was stopped: a form that is being submitted ignores this.
    else setTimeout(() => form.requestSubmit());
  };

  // Before htmx and the guard against second presses hear of it.
  document.addEventListener(
    "submit",
    (event) => {
      if (!ahead || event.target !== ahead.form || Date.now() - ahead.since > FRESH) return;
      event.preventDefault();
      event.stopPropagation();
      if (ahead.pressed) return;
      ahead.pressed = true;
      goOn(ahead.form, ahead.coming);
    },
    true,
  );
  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();
