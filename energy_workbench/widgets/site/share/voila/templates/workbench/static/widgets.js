// The browser's side of the widgets: a chart that Plotly redraws in place, and the page's own address.

/** Plotly, once its one script has run. */
function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  const script = document.querySelector('script[src*="assets/plotly-"]');
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve(window.Plotly), {once: true});
    script.addEventListener("error", () => reject(new Error("Plotly could not be loaded")), {once: true});
  });
}

/** Change one place of a figure: the last key of the path gets the value. */
function put(figure, path, value) {
  const last = path[path.length - 1];
  const holder = path.slice(0, -1).reduce((node, key) => node[key], figure);
  if (value === null && !Array.isArray(holder)) delete holder[last];
  else holder[last] = value;
}

/** The meter that a click meant, if any. */
function clicked(event) {
  const point = event.points && event.points[0];
  if (!point) return null;
  const data = point.customdata;
  return point.id || (Array.isArray(data) ? data[0] : data) || null;
}

/** Let a Sankey's flows leave and reach each node in the order of their other ends: Plotly keeps the order in which
 * its own layout had them, and places that were given to it then make them cross. */
function untangle(plot) {
  for (const group of plot.querySelectorAll("g.sankey")) {
    const {graph, sankey} = group.__data__ || {};
    const flows = [...group.querySelectorAll(".sankey-link")];
    if (!graph || !sankey || !flows.every((flow) => flow.__data__?.linkPath)) continue;
    for (const node of graph.nodes) {
      node.sourceLinks.sort((one, other) => one.target.y0 - other.target.y0);
      node.targetLinks.sort((one, other) => one.source.y0 - other.source.y0);
    }
    sankey.update(graph);
    for (const flow of flows) flow.setAttribute("d", flow.__data__.linkPath()(flow.__data__));
  }
}

/** Hand the reader a file. */
function hand(name, content) {
  const link = document.createElement("a");
  link.href = typeof content === "string" ? content : URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  if (typeof content !== "string") setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What the page says of itself: site, meter, period, and how it lies on paper. */
const toldOfPage = () => document.querySelector(".ew-told")?.dataset || {};

/** A text in which Plotly finds no tag. */
const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The words that are not in the text yet. */
const unsaid = (text, words) => words.filter((word) => word && !text.includes(word));

/** A figure with what it is about written over it, and how much higher that makes it. */
const HEAD = 58;
function entitled(plot, title, about, ground) {
  const margin = plot.layout.margin || {};
  return {
    data: plot.data,
    layout: {
      ...plot.layout,
      paper_bgcolor: ground,
      plot_bgcolor: ground,
      margin: {...margin, t: (margin.t || 0) + HEAD},
      title: {
        text: `<b>${plain(title)}</b><br><span style="font-size:12px">${plain(about)}</span>`,
        x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: {t: 12, l: 12},
        font: {size: 16},
      },
    },
  };
}

/** The small menu of a chart that can be taken along: a picture is made here, tables come from the kernel. */
function saveMenu(model, plot, name) {
  const menu = document.createElement("details");
  menu.className = "ew-save";
  const summary = document.createElement("summary");
  summary.title = "Take this along";
  summary.setAttribute("aria-label", "Take this chart along");
  summary.innerHTML = '<svg width="15" height="15" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" '
    + 'aria-hidden="true"><path d="M8 2v8m-3.2-3L8 10.2 11.2 7M2.5 11v2.5h11V11"/></svg>';
  const list = document.createElement("div");
  const item = (text, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      menu.open = false;
      act();
    });
    list.append(button);
  };
  item("Picture (PNG)", async () => {
    const ground = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
    const {site, meter, period, slug} = toldOfPage();
    const when = model.get("told");
    const about = unsaid(name(), [site, meter || "whole site", when || period]).join(" · ");
    const picture = entitled(plot, name(), about, ground);
    const size = {width: plot.clientWidth, height: plot.clientHeight + HEAD, scale: 2};
    const file = [name(), ...unsaid(name(), [meter, when || slug])].join(" ").replace(/[^\p{L}\p{N}.]+/gu, "-");
    hand(`${file.replace(/^-|-$/g, "")}.png`, await window.Plotly.toImage(picture, {format: "png", ...size}));
  });
  item("Table (CSV)", () => model.send({kind: "save", format: "csv"}));
  item("Table (Excel)", () => model.send({kind: "save", format: "xlsx"}));
  menu.append(summary, list);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

/** Charts are drawn one after the other, each shown before the next is begun. */
let turn = Promise.resolve();
function inTurn(act) {
  const mine = turn.then(act);
  turn = mine.catch(() => {}).then(() => new Promise((resolve) => setTimeout(resolve)));
  return mine;
}

/** Width of a chart on a page of A4, the height that fits below the numbers on its first page, and that of a whole
 * page [px]: what is higher than that is drawn as high as a page. */
const PAPERS = {portrait: {width: 690, fits: 560, page: 900}, landscape: {width: 1018, fits: 440, page: 600}};

/** Charts that are there: each is drawn for paper, beside what is on the screen, while the page is printed. */
const drawn = new Set();

/** A figure in the colours of a light page. */
function inDaylight(figure) {
  const light = window.workbench.daylight;
  return JSON.parse(JSON.stringify(figure, (_, value) => (typeof value === "string" && light[value]) || value));
}

addEventListener("beforeprint", () => {
  const paper = PAPERS[toldOfPage().paper] ? toldOfPage().paper : "portrait";
  document.getElementById("ew-paper")?.remove();
  document.head.append(Object.assign(document.createElement("style"), {
    id: "ew-paper", textContent: `@page { size: A4 ${paper}; }`,
  }));
  const now = new Date().toLocaleString("en-GB", {dateStyle: "long", timeStyle: "short"});
  document.querySelectorAll(".ew-printed-at").forEach((node) => { node.textContent = now; });
  for (const each of drawn) each.toPaper(PAPERS[paper]);
});
addEventListener("afterprint", () => { for (const each of drawn) each.toScreen(); });

/** Fewer dates below a chart that is too narrow for all of them side by side. */
const NARROW = 480;
const sparse = (layout, plot) => (layout.xaxis?.type === "date" && plot.clientWidth < NARROW
  ? {xaxis: {...layout.xaxis, dtick: undefined, nticks: 4, tickangle: 0}} : {});

export const chart = {
  async render({model, el}) {
    el.classList.add("ew-chart");
    el.style.minHeight = `${model.get("height")}px`;
    const plot = document.createElement("div");
    plot.className = "ew-plot";
    // What needs more room than a phone has is moved sideways below the finger.
    const across = document.createElement("div");
    across.className = "ew-across";
    across.append(plot);
    el.append(across);
    if (model.get("saves")) {
      el.append(saveMenu(model, plot, () => el.closest(".ew-panel")?.querySelector("h2")?.textContent || "Chart"));
    }
    let figure = structuredClone(model.get("figure"));
    let listening = false;
    let frame = 0;
    const fit = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (listening && plot.clientWidth) window.Plotly.Plots.resize(plot);
      });
    };
    let waiting = false;
    const draw = () => {
      if (waiting) return;
      waiting = true;
      inTurn(async () => {
        waiting = false;
        if (!figure.data) return;
        const Plotly = await plotly();
        plot.setAttribute("role", "img");
        plot.setAttribute("aria-label", (figure.layout.meta && figure.layout.meta.summary) || "Chart");
        // The figure may ask for a height; the stylesheet may give more.
        el.style.minHeight = `${(figure.layout.meta && figure.layout.meta.height) || model.get("height")}px`;
        plot.style.minWidth = `${(figure.layout.meta && figure.layout.meta.least) || 0}px`;
        await Plotly.react(plot, figure.data, {...figure.layout, ...sparse(figure.layout, plot), autosize: true}, window.workbench.bar);
        untangle(plot);
        el.classList.toggle("ew-blank", !figure.data.length);
        if (listening) return;
        listening = true;
        el.classList.add("drawn");
        const tell = (event) => {
          const meter = clicked(event);
          if (meter) model.send({kind: "click", meter});
          return false;
        };
        plot.on("plotly_afterplot", () => untangle(plot));
        plot.on("plotly_click", tell);
        plot.on("plotly_treemapclick", tell);
        plot.on("plotly_relayout", (change) => {
          if (!model.get("zooms")) return;
          const range = change["xaxis.range"] || [change["xaxis.range[0]"], change["xaxis.range[1]"]];
          if (range[0] !== undefined) model.send({kind: "zoom", from: range[0], to: range[1]});
          else if (change["xaxis.autorange"]) model.send({kind: "zoom", from: null, to: null});
        });
        fit();  // The place may have changed its size while the chart was drawn.
      }).catch((error) => {
        el.dataset.failed = "This chart could not be drawn.";
        console.error(error);
      });
    };

    model.on("change:figure", () => {
      figure = structuredClone(model.get("figure"));
      draw();
    });
    model.on("msg:custom", (message, buffers) => {
      if (message.kind === "deliver") hand(message.name, buffers[0]);
      if (message.kind !== "patch") return;
      for (const [path, value] of message.changes) put(figure, path, value);
      draw();
    });

    const observer = new ResizeObserver(fit);
    observer.observe(el);
    const height = () => (figure.layout.meta && figure.layout.meta.height) || model.get("height");
    let sheet = null;
    const toScreen = () => {
      if (!sheet) return;
      window.Plotly.purge(sheet);
      sheet.remove();
      sheet = null;
    };
    const printing = {
      toPaper: ({width, fits, page}) => {
        toScreen();
        if (!listening || !plot.clientWidth) return;
        sheet = document.createElement("div");
        sheet.className = "ew-sheet";
        el.append(sheet);
        const size = {width, height: height() > page ? page : Math.min(height(), fits), autosize: false};
        const {data, layout} = inDaylight({data: plot.data, layout: plot.layout});
        // What does not move is drawn at once: a printer waits for nothing.
        window.Plotly.newPlot(sheet, data, {...layout, ...size}, {...window.workbench.bar, staticPlot: true});
        untangle(sheet);
      },
      toScreen,
    };
    drawn.add(printing);
    draw();
    return () => {
      drawn.delete(printing);
      observer.disconnect();
      if (window.Plotly) window.Plotly.purge(plot);
    };
  },
};

/** Do something with the first visible match, which may be drawn a moment later. */
function whenShown(selector, act, tries = 20) {
  const found = [...document.querySelectorAll(selector)].find((node) => node.offsetParent !== null);
  if (found) act(found);
  else if (tries) setTimeout(whenShown, 50, selector, act, tries - 1);
}

/** Keep a line in sight while those around it are being drawn, until somebody scrolls or does something else. */
function keepInSight(selector, tries = 20) {
  const own = new AbortController();
  const listen = {signal: own.signal, capture: true, passive: true};
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(kind, () => own.abort(), listen);
  const look = () => {
    if (own.signal.aborted) return;
    const node = [...document.querySelectorAll(selector)].find((each) => each.offsetParent !== null);
    node?.scrollIntoView({block: "nearest"});
    if (tries--) setTimeout(look, 100);
    else own.abort();
  };
  look();
}

/** Whether the keyboard is nowhere: what had it is gone or hidden. */
function lost() {
  const held = document.activeElement;
  return !held || held === document.body || held.offsetParent === null;
}

/** Whether somebody writes in the panel of a node already. */
function begun(node) {
  const held = document.activeElement;
  const panel = (of) => of.closest(".ew-form, .ew-files, .ew-exchange, .ew-deleted");
  return held !== node && held?.matches("input, select, textarea") && held.offsetParent !== null
    && panel(held) !== null && panel(held) === panel(node);
}

/** Enter in a line of text does what the box's main button does; Escape refuses an open question. */
function keyed(event) {
  if (event.isComposing) return;
  const enter = event.key === "Enter" && event.target.matches?.("input[type=text]:not([list])");
  const box = enter ? event.target.closest(".ew-ask, .ew-form") : event.key === "Escape" ? document : null;
  if (!box) return;
  const names = enter ? "[class*=ew-do-save], .ew-do-confirm" : ".ew-do-refuse";
  const button = [...box.querySelectorAll(names)].find((node) => node.offsetParent !== null && !node.disabled);
  if (!button) return;
  event.preventDefault();
  button.click();
}

/** How far the hand may move between pressing a button and letting it go [px]. */
const STEADY = 5;

/** A button that the page moves while it is held down is still pressed. The browser gives a click to what lies below
 * the pointer at both ends of it: an answer that comes above the button in between would take the click away. */
function pressing(options) {
  let held = null;
  document.addEventListener("pointerdown", (event) => {
    const button = event.pointerType === "mouse" && event.isPrimary && !event.button && event.target.closest?.("button");
    held = button ? {button, x: event.clientX, y: event.clientY} : null;
  }, {...options, capture: true});
  document.addEventListener("click", (event) => {
    if (held?.button.contains(event.target)) held = null;
  }, {...options, capture: true});
  document.addEventListener("pointerup", (event) => {
    const press = held;
    if (!press || Math.hypot(event.clientX - press.x, event.clientY - press.y) > STEADY) return;
    // After the browser's own click, if there is one.
    setTimeout(() => {
      if (held !== press) return;
      held = null;
      if (press.button.isConnected && !press.button.contains(event.target)) press.button.click();
    });
  }, {...options, capture: true});
}

const HEARTBEAT = 20_000;
const RETRY = 3_000;
/** What a link keeps of the address that it leaves. */
const KEPT = ["meter", "period", "compare", "site"];

/** How long ago, in words. */
function ago(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}

/** Keep what somebody has just written over a lost connection: ipywidgets then takes the state of everything from the
 * kernel again, also of what the kernel never heard. What it has not confirmed is told to it anew: as soon as the
 * connection is lost, so that it waits in line before whatever is clicked until there is another. */
function keepWritten(manager) {
  manager.kernel?.connectionStatusChanged.connect(async (_, status) => {
    if (status !== "connecting") return;
    for (const model of await Promise.all(Object.values(manager._models))) {
      const names = new Set([...model._expectedEchoMsgIds.keys(), ...Object.keys(model._msg_buffer || {})]);
      if (!names.size) continue;
      const written = Object.fromEntries([...names].map((name) => [name, model.get(name)]));
      // Of what was under way when the connection was lost no answer will come.
      model._pending_msgs = 0;
      model._msg_buffer = null;
      const message = model.send_sync_message(model.serialize(written));
      for (const name of names) model._expectedEchoMsgIds.set(name, message);
    }
  });
}

export const place = {
  initialize({model}) {
    keepWritten(model.widget_manager);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const tell = (moved) => {
      try {
        model.send({
          kind: "here",
          moved: moved === true,
          path: location.pathname,
          query: location.search.slice(0, 1000),
          dark: dark.matches,
          visible: document.visibilityState === "visible",
        });
      } catch {
        // The kernel is dead, and takes no word: the question whether it lives says why.
      }
    };
    // The place for it may be drawn, or drawn anew, after the message that fills it.
    let asOf = "";
    let since = null;
    const write = () => {
      const age = since === null ? "" : ago((performance.now() - since) / 1000);
      for (const [selector, text] of [[".ew-asof", asOf], [".ew-age", age]]) {
        document.querySelectorAll(selector).forEach((node) => {
          if (asOf && node.textContent !== text) node.textContent = text;
        });
      }
    };
    const drawn = new MutationObserver(write);
    drawn.observe(document.body, {childList: true, subtree: true});
    const dress = () => {
      document.body.dataset.jpThemeLight = String(!dark.matches);
    };

    // Whether the server still has this page's kernel, and the visit lasts. If not the page opens anew, at the same
    // address, where the server says what is wrong.
    const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    let silent = false;
    let asking = false;
    const ask = async () => {
      if (asking || document.visibilityState !== "visible") return;
      asking = true;
      let status = 0;
      try {
        status = (await fetch(`${config.baseUrl}alive/${config.kernelId}`, {cache: "no-store"})).status;
      } catch {
        // No answer at all: the server is away.
      }
      asking = false;
      const gone = status === 404 || status === 403;
      if (gone && model.get("reopens")) location.reload();
      silent = status !== 204;
      document.body.classList.toggle("ew-silent", silent && !gone);
      document.body.classList.toggle("ew-gone", gone);
      document.body.classList.toggle("ew-ended", status === 403);
      if (silent && !gone) setTimeout(ask, RETRY);
    };

    const events = new AbortController();
    const options = {signal: events.signal};
    document.addEventListener("visibilitychange", () => {
      tell();
      ask();
    }, options);
    window.addEventListener("popstate", () => tell(true), options);
    dark.addEventListener("change", () => { dress(); tell(); }, options);
    // A link to another page of this app keeps the kernel, and what was chosen.
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.(".ew-menu a[href]:not(.ew-away), a.ew-go");
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const to = new URL(link.href);
      const here = new URLSearchParams(location.search);
      for (const key of KEPT) if (here.has(key) && !to.searchParams.has(key)) to.searchParams.set(key, here.get(key));
      for (const [key, value] of [...to.searchParams]) if (!value) to.searchParams.delete(key);
      history.pushState(null, "", to.pathname + to.search);
      tell(true);
      scrollTo(0, 0);
    }, options);
    // Any other link leads to the same site, also one that is opened beside this page.
    const stay = (event) => {
      const site = new URLSearchParams(location.search).get("site");
      const link = site && event.target.closest?.("a[href]");
      if (!link) return;
      const to = new URL(link.href);
      if (!to.protocol.startsWith("http") || to.host !== location.host || to.searchParams.has("site")) return;
      to.searchParams.set("site", site);
      link.href = to.href;
    };
    for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, stay, {...options, capture: true});
    pressing(options);
    // Before the inputs see it: those of ipywidgets let no key out.
    document.addEventListener("keydown", keyed, {...options, capture: true});
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !event.target.matches?.(".ew-search input")) return;
      // With its text: what was typed last may be on its way still.
      model.send({kind: "find", text: event.target.value.slice(0, 200)});
    }, {...options, capture: true});
    const beat = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      tell();
      if (!silent) ask();
    }, HEARTBEAT);
    const clock = setInterval(write, 1000);
    model.on("msg:custom", (message) => {
      if (message.kind === "alive") {
        asOf = message.text;
        since = message.age === undefined ? null : performance.now() - message.age * 1000;
        write();
      } else if (message.kind === "go" && message.url !== location.pathname + location.search) {
        history[message.push ? "pushState" : "replaceState"](null, "", message.url);
      }
      // The kernel is of another site than the address.
      if (message.kind === "anew") location.reload();
      if (message.kind === "focus") {
        whenShown(message.selector, (node) => {
          if ((!message.lost || lost()) && !(message.entering && begun(node))) node.focus();
        });
      }
      if (message.kind === "reveal" && message.grows) keepInSight(message.selector);
      else if (message.kind === "reveal") whenShown(message.selector, (node) => node.scrollIntoView({block: "nearest"}));
      if (message.title) document.title = message.title;
    });
    dress();
    tell(true);
    return () => {
      events.abort();
      drawn.disconnect();
      clearInterval(beat);
      clearInterval(clock);
    };
  },
  render() {
    window.workbench.opened();
  },
};

const COMPARISONS = [["", "nothing"], ["previous", "the period before"], ["year", "a year earlier"]];

/** An element with its properties and children. */
function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** First letter large. */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const period = {
  render({model, el}) {
    el.classList.add("ew-period");
    const step = (by, text, label) => {
      const button = make("button", {type: "button", className: "ew-step", title: label}, text);
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => model.send({kind: "step", by}));
      return button;
    };
    const word = make("b");
    const meaning = make("span");
    const summary = make("summary", {}, word, meaning);
    const words = make("div", {className: "ew-words"});
    const from = make("input", {type: "date", required: true});
    const to = make("input", {type: "date", required: true});
    const range = make(
      "form", {className: "ew-range"}, make("label", {}, "From", from), make("label", {}, "to", to),
      make("button", {type: "submit"}, "Show"),
    );
    const text = make("input", {type: "text", maxLength: 64, placeholder: "2026-10, 2026-W41, last 24 hours"});
    const free = make(
      "form", {className: "ew-free"}, make("label", {}, "Or write it", text), make("button", {type: "submit"}, "Show"),
    );
    const menu = make("details", {className: "ew-choose"}, summary, make("div", {}, words, range, free));
    const choose = (value) => {
      menu.open = false;
      summary.focus();
      model.send({kind: "period", text: value});
    };
    range.addEventListener("submit", (event) => {
      event.preventDefault();
      if (to.value < from.value) {
        to.setCustomValidity("The last day is before the first");
        to.reportValidity();
        return;
      }
      choose(from.value === to.value ? from.value : `${from.value}/${to.value}`);
    });
    to.addEventListener("input", () => to.setCustomValidity(""));
    free.addEventListener("submit", (event) => {
      event.preventDefault();
      if (text.value.trim()) choose(text.value.trim());
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      summary.focus();
    });
    const outside = (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    };
    document.addEventListener("pointerdown", outside);
    const compare = make("select");
    for (const [value, name] of COMPARISONS) compare.append(make("option", {value}, name));
    compare.addEventListener("change", () => model.send({kind: "compare", with: compare.value}));
    const beside = make("label", {className: "ew-compare"}, "Compare with", compare);
    el.append(
      make("div", {className: "ew-steps"}, step(-1, "‹", "The period before"), menu, step(1, "›", "The next period")),
      beside,
    );
    const fill = () => {
      const value = model.get("value");
      const label = model.get("label");
      word.textContent = capital(value);
      meaning.textContent = label && label.toLowerCase() !== value ? label : "";
      summary.setAttribute("aria-label", `Period: ${value}${label ? `, ${label}` : ""}`);
      from.value = model.get("first");
      to.value = model.get("last");
      words.replaceChildren(...model.get("words").map((name) => {
        const button = make("button", {type: "button"}, capital(name));
        if (name === value) button.setAttribute("aria-current", "true");
        button.addEventListener("click", () => choose(name));
        return button;
      }));
      beside.hidden = !model.get("compares");
      compare.value = model.get("compare");
    };
    model.on("change", fill);
    fill();
    return () => {
      model.off("change", fill);
      document.removeEventListener("pointerdown", outside);
    };
  },
};

const PIECE = 1_000_000;

export const files = {
  render({model, el}) {
    el.classList.add("ew-files");
    const label = document.createElement("label");
    const text = document.createElement("span");
    text.textContent = "Choose a file, or drop it here";
    const input = document.createElement("input");
    input.type = "file";
    input.accept = model.get("accept");
    label.append(text, input);
    el.append(label);

    const take = async (file) => {
      if (!file) return;
      model.send({kind: "begin", name: file.name, size: file.size});
      if (file.size > model.get("limit")) return;
      for (let at = 0; at < file.size; at += PIECE) {
        const piece = await file.slice(at, at + PIECE).arrayBuffer();
        model.send({kind: "piece"}, undefined, [piece]);
      }
    };
    input.addEventListener("change", () => {
      take(input.files[0]);
      input.value = "";
    });
    el.addEventListener("dragover", (event) => {
      event.preventDefault();
      el.classList.add("ew-over");
    });
    el.addEventListener("dragleave", () => el.classList.remove("ew-over"));
    el.addEventListener("drop", (event) => {
      event.preventDefault();
      el.classList.remove("ew-over");
      take(event.dataTransfer.files[0]);
    });
    const deliver = (message, buffers) => {
      if (message.kind === "deliver") hand(message.name, buffers[0]);
    };
    model.on("msg:custom", deliver);
    return () => model.off("msg:custom", deliver);
  },
};

const HOLD = 700;

export const tree = {
  initialize({model}) {
    const events = new AbortController();
    const options = {signal: events.signal};
    const anchors = () => [...document.querySelectorAll(".ew-tree .jstree-anchor")].filter((node) => node.offsetParent);
    const chosen = () => {
      const line = document.getElementById(model.get("chosen"));
      return line && line.querySelector(":scope > .jstree-anchor");
    };

    // One line of the tree is reached by Tab, the others from it by the arrow keys; jstree makes its frame the one.
    const dress = () => {
      const root = document.querySelector(".ew-tree");
      if (!root) return;
      root.setAttribute("aria-label", "Meter tree");
      root.removeAttribute("tabindex");
      const lines = anchors();
      const mine = chosen();
      const held = document.activeElement;
      const reached = lines.includes(held) ? held : lines.includes(mine) ? mine : lines[0];
      for (const line of root.querySelectorAll('.jstree-anchor[tabindex="0"], .jstree-anchor[aria-selected="true"]')) {
        if (line !== reached) line.tabIndex = -1;
        if (line !== mine) line.setAttribute("aria-selected", "false");
      }
      if (reached) reached.tabIndex = 0;
      if (mine) mine.setAttribute("aria-selected", "true");
    };
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(dress);
    };
    const drawn = new MutationObserver((changes) => {
      if (changes.some((change) => change.target.closest(".ew-tree-box"))) soon();
    });
    drawn.observe(document.body, {childList: true, subtree: true});
    document.addEventListener("focusin", (event) => {
      if (event.target.closest(".ew-tree")) soon();
    }, options);
    model.on("change:chosen", soon);

    let carried = null;
    let over = null;
    let timer = 0;
    const mark = (place) => {
      if (place === over) return;
      clearTimeout(timer);
      over?.classList.remove("ew-target");
      over = place;
      over?.classList.add("ew-target");
      // A closed branch opens under what is held over it for a moment.
      if (over?.matches(".jstree-closed")) {
        timer = setTimeout((line) => line.querySelector(":scope > .jstree-ocl").click(), HOLD, over);
      }
    };
    const end = () => {
      mark(null);
      carried?.classList.remove("ew-carried");
      carried = null;
    };
    /** Where it may be dropped: a line that is not below the carried one, or the frame beside all lines. */
    const place = (event) => {
      const found = carried && event.target.closest?.(".ew-tree .jstree-node, .ew-tree-box");
      return found && !carried.contains(found) ? found : null;
    };
    document.addEventListener("dragstart", (event) => {
      const line = event.target.closest?.(".ew-tree .jstree-anchor");
      if (!line) return;
      carried = line.closest(".jstree-node");
      carried.classList.add("ew-carried");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", line.textContent);
    }, options);
    document.addEventListener("dragover", (event) => {
      const found = place(event);
      mark(found);
      if (!found) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
    }, options);
    document.addEventListener("drop", (event) => {
      const found = place(event);
      if (found) {
        event.preventDefault();
        model.send({kind: "drop", line: carried.id, onto: found.matches(".jstree-node") ? found.id : ""});
      }
      end();
    }, options);
    document.addEventListener("dragend", end, options);
    soon();
    return () => {
      events.abort();
      drawn.disconnect();
      clearTimeout(timer);
    };
  },
  render() {},
};
