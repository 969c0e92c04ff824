/* Tells the page that holds this challenge in a frame how it ended. Without a frame nothing here is needed. */
(() => {
  'use strict';
  if (parent === window) return;
  const body = document.body;
  if (body.dataset.done === 'true') parent.postMessage({ type: 'standin:3ds', status: body.dataset.status }, '*');
  const leave = () => document.getElementById('fail')?.click();
  addEventListener('message', (event) => { if (event.source === parent && event.data?.type === 'standin:dismiss') leave(); });
  addEventListener('keydown', (event) => { if (event.key === 'Escape') leave(); });
})();
