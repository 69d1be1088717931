'use strict';
(() => {
  const stamp = document.querySelector('main').dataset.stamp;
  const lost = document.getElementById('lost');
  const events = new EventSource('.events');
  let leaving = false;
  events.addEventListener('state', event => {
    const state = JSON.parse(event.data);
    lost.hidden = true;
    if (state.stamp !== stamp) {
      if (!leaving) {
        leaving = true;
        setTimeout(() => location.reload(), 500);
      }
      return;
    }
    for (const run of state.under_way) {
      const at = document.getElementById(run.id);
      if (!at || !run.running) continue;
      const put = (of, text) => {
        const e = at.querySelector(`[data-of="${of}"]`);
        if (e && e.textContent !== text) e.textContent = text;
      };
      put('phase', run.phase);
      put('count', `${run.done} of ${run.total}`);
      put('pace', run.pace && `, ${run.pace}`);
      put('known', run.known);
      put('since', run.since);
      const bar = at.querySelector('progress');
      bar.max = run.total;
      bar.value = run.done;
    }
  });
  events.onerror = () => {
    lost.textContent = 'The server does not answer: what is shown is the last that was heard. Start verify serve again.';
    lost.hidden = false;
  };
})();
