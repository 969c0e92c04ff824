/* The line to the page: what this frame was told at first, and how it speaks. */

const settings = (() => {
  try { return JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { return {}; }
})();
const speakTo = (message) => { if (settings.parent) parent.postMessage({ type: 'standin:frame', ...message }, settings.parent); };
const tell = (name, detail = {}) => speakTo({ name, detail });
const reply = (ticket, detail) => speakTo({ ticket, detail });
const call = (method, path, params) => ask('', settings.caller, method, path, params);
