// Stands in the page and runs before anything else of it: where the widgets' browser side is, how patient its loader has
// to be, and what becomes of a page whose app does not come.
{
  const told = JSON.parse(document.getElementById("workbench-told").textContent);
  // anywidget gives a widget two seconds to load its script, which a busy machine may well need longer for.
  const limited = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (milliseconds) => limited(Math.max(milliseconds, 30_000));
  window.voila_heartbeat = () => {};
  window.voila_process = () => {};
  window.voila_finish = () => {};

  const ASK = 2_000;
  /** From the scripts' being there to the app, at the first attempt; each further one has twice as long [ms]. */
  const APP = 60_000;
  /** From the opening to the scripts' being there [ms]. */
  const SCRIPTS = 240_000;
  const TRIES = 6;
  /** Attempts that long ago are no part of this opening [ms]. */
  const FORGET = 3_600_000;
  const KEY = `opening ${location.pathname}`;
  const stored = () => {
    try {
      const found = JSON.parse(sessionStorage.getItem(KEY)) || {};
      return Date.now() - found.at < FORGET ? found.tries : 0;
    } catch {
      return 0;
    }
  };
  const store = (tries) => {
    try {
      if (tries) sessionStorage.setItem(KEY, JSON.stringify({tries, at: Date.now()}));
      else sessionStorage.removeItem(KEY);
      return true;
    } catch {
      return !tries;  // what cannot be counted must not be repeated
    }
  };
  const tries = stored();
  let opened = false;
  let loaded = null;
  let broken = false;
  window.workbench = {
    ...told,
    widgets: new URL(told.widgets, location).href,
    opened: () => {
      opened = true;
      store(0);
      document.getElementById("waiting")?.remove();
    },
  };
  addEventListener("error", (event) => { if (event.target instanceof HTMLScriptElement) broken = true; }, true);
  addEventListener("load", () => { loaded = performance.now(); });

  const say = (text, button) => {
    const place = document.querySelector("#waiting .slow");
    if (!place) return;
    place.parentElement.classList.add("said");
    place.textContent = text;
    if (!button) return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Open it again";
    again.addEventListener("click", () => { store(0); location.reload(); });
    place.after(again);
  };
  /** What the server says of this page's kernel: its status, 0 where it does not answer, nothing where none is named. */
  const kernel = async () => {
    const element = document.getElementById("jupyter-config-data");
    if (!element) return null;
    const config = JSON.parse(element.textContent);
    try {
      const options = {cache: "no-store", signal: AbortSignal.timeout(30_000)};
      const answer = await fetch(`${config.baseUrl}alive/${config.kernelId}`, options);
      return answer.redirected ? 403 : answer.status;  // led to the door: this page is no longer the visitor's
    } catch {
      return 0;
    }
  };
  const overdue = () => {
    const now = performance.now();
    // Without a kernel's name at its end, the answer was cut off.
    if (loaded !== null && !document.getElementById("jupyter-config-data")) return true;
    if (document.querySelector("#rendered_cells .failed")) return true;
    if (broken && loaded !== null) return true;
    return loaded === null ? now > SCRIPTS : now - loaded > APP * 2 ** tries;
  };
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const openAnew = async () => {
    if (tries >= TRIES) {
      say("This page has not opened, though it was tried several times. If it stays so, the server's log says why.", true);
      return;
    }
    const wait = tries ? Math.min(5 * 2 ** (tries - 1), 120) : 1;
    say(`The page has not opened. It is opened anew in ${wait} s.`);
    await pause(wait * 1000);
    // Where nothing answers, the browser's own error would stand here for ever.
    for (;;) {
      if (opened) return;
      try {
        await fetch(location.pathname.replace(/[^/]*$/, "login"), {cache: "no-store"});
        break;
      } catch {
        say("The server does not answer. The page opens by itself as soon as it does.");
        await pause(ASK);
      }
    }
    if (store(tries + 1)) location.reload();
    else say("This page has not opened.", true);
  };
  const watch = async () => {
    for (;;) {
      await pause(ASK);
      if (opened) return;
      // Asking also tells the server that somebody is about to come to the kernel.
      const status = await kernel();
      if (opened) return;
      if (status === 404 || status === 403 || overdue()) break;
    }
    await openAnew();
  };
  watch();
}
