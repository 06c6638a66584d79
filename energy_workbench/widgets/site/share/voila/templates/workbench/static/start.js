// Before anything else of the page runs: where the widgets' browser side is, and how patient its loader has to be.
{
  const told = JSON.parse(document.getElementById("workbench-told").textContent);
  window.workbench = {...told, widgets: new URL(told.widgets, location).href};
  window.voila_heartbeat = () => {};
  window.voila_process = () => {};
  window.voila_finish = () => {};
  // anywidget gives a widget two seconds to load its script, which a busy machine may well need longer for.
  const limited = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (milliseconds) => limited(Math.max(milliseconds, 30_000));
}
