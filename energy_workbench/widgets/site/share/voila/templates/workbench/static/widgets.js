// The browser's side of the widgets: a chart that Plotly redraws in place, and the page's own address.

const CONFIG = {displaylogo: false, responsive: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"]};

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

export const chart = {
  async render({model, el}) {
    el.classList.add("ew-chart");
    el.style.minHeight = `${model.get("height")}px`;
    const plot = document.createElement("div");
    plot.className = "ew-plot";
    el.append(plot);
    let figure = structuredClone(model.get("figure"));
    let listening = false;
    let queue = Promise.resolve();

    let frame = 0;
    const fit = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (listening && plot.clientWidth) window.Plotly.Plots.resize(plot);
      });
    };
    const draw = () => {
      queue = queue.then(async () => {
        if (!figure.data) return;
        const Plotly = await plotly();
        plot.setAttribute("role", "img");
        plot.setAttribute("aria-label", (figure.layout.meta && figure.layout.meta.summary) || "Chart");
        // The figure may ask for a height; the stylesheet may give more.
        el.style.minHeight = `${(figure.layout.meta && figure.layout.meta.height) || model.get("height")}px`;
        await Plotly.react(plot, figure.data, {...figure.layout, autosize: true}, CONFIG);
        if (listening) return;
        listening = true;
        el.classList.add("drawn");
        const tell = (event) => {
          const meter = clicked(event);
          if (meter) model.send({kind: "click", meter});
          return false;
        };
        plot.on("plotly_click", tell);
        plot.on("plotly_treemapclick", tell);
        fit();  // The place may have changed its size while the chart was drawn.
      }).catch((error) => {
        el.dataset.failed = "This chart could not be drawn.";
        console.error(error);
      });
      return queue;
    };

    model.on("change:figure", () => {
      figure = structuredClone(model.get("figure"));
      draw();
    });
    model.on("msg:custom", (message) => {
      if (message.kind !== "patch") return;
      for (const [path, value] of message.changes) put(figure, path, value);
      draw();
    });

    const observer = new ResizeObserver(fit);
    observer.observe(el);
    draw();
    return () => {
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

const HEARTBEAT = 20_000;
const SILENCE = 45_000;

export const place = {
  initialize({model}) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let heard = Date.now();
    const tell = (moved) => model.send({
      kind: "here",
      moved: moved === true,
      path: location.pathname,
      query: location.search.slice(0, 1000),
      dark: dark.matches,
      visible: document.visibilityState === "visible",
    });
    // The place for it may be drawn, or drawn anew, after the message that fills it.
    let asOf = "";
    const write = () => document.querySelectorAll(".ew-asof").forEach((node) => {
      if (asOf && node.textContent !== asOf) node.textContent = asOf;
    });
    const drawn = new MutationObserver(write);
    drawn.observe(document.body, {childList: true, subtree: true});
    const dress = () => {
      document.body.dataset.jpThemeLight = String(!dark.matches);
    };
    const events = new AbortController();
    const options = {signal: events.signal};
    document.addEventListener("visibilitychange", () => { heard = Date.now(); tell(); }, options);
    window.addEventListener("popstate", () => tell(true), options);
    dark.addEventListener("change", () => { dress(); tell(); }, options);
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      tell();
      document.body.classList.toggle("ew-silent", Date.now() - heard > SILENCE);
    }, HEARTBEAT);
    model.on("msg:custom", (message) => {
      heard = Date.now();
      document.body.classList.remove("ew-silent");
      if (message.kind === "alive") {
        asOf = message.text;
        write();
      } else if (message.kind === "go" && message.url !== location.pathname + location.search) {
        history[message.push ? "pushState" : "replaceState"](null, "", message.url);
      }
      if (message.kind === "focus") whenShown(message.selector, (node) => node.focus());
      if (message.kind === "reveal") whenShown(message.selector, (node) => node.scrollIntoView({block: "nearest"}));
      if (message.title) document.title = message.title;
    });
    dress();
    tell(true);
    return () => {
      events.abort();
      drawn.disconnect();
      clearInterval(timer);
    };
  },
  render() {
    document.getElementById("waiting")?.remove();
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
      if (message.kind !== "deliver") return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([buffers[0]]));
      link.download = message.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    };
    model.on("msg:custom", deliver);
    return () => model.off("msg:custom", deliver);
  },
};
