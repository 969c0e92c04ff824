/* Keeps the control page fresh: asks for the same page again and exchanges the parts that are marked as live. */
(() => {
  'use strict';

  const pause = Number(document.body.dataset.poll) * 1000;
  const sign = document.getElementById('freshness');
  const name = (element) => element.getAttribute('href') || element.getAttribute('aria-label') || element.id;

  /* The clock runs on between two looks. */
  let shown = null;
  function tick() {
    const time = document.querySelector('time[data-clock]');
    if (!time) return;
    if (shown?.time !== time) shown = { time, from: Number(time.dataset.clock), since: performance.now() };
    const now = new Date((shown.from + Math.floor((performance.now() - shown.since) / 1000)) * 1000);
    const [, day, month, year] = now.toUTCString().split(' ');
    time.textContent = `${day} ${month} ${year}, ${now.toISOString().slice(11, 19)}`;
  }
  tick();
  setInterval(tick, 1000);

  /* On a phone the margin is a strip that scrolls: where one is stands in sight. */
  const strip = document.querySelector('.margin');
  const here = strip.querySelector('[aria-current]');
  if (here && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;

  /* Menus close when something else is wanted. */
  const menus = [...document.querySelectorAll('details.menu')];
  const close = (except) => menus.forEach((menu) => { if (menu !== except) menu.open = false; });
  addEventListener('click', (event) => close(event.target.closest('details.menu')));
  addEventListener('keydown', (event) => {
    const open = menus.find((menu) => menu.open);
    if (event.key === 'Escape' && open) { open.open = false; open.querySelector('summary').focus(); }
  });

  function exchange(old, fresh) {
    const known = new Set([...old.querySelectorAll('[data-key]')].map((row) => row.dataset.key));
    const held = old.contains(document.activeElement) ? name(document.activeElement) : null;
    const opened = [...old.querySelectorAll('tr:has(details[open])')].map((row) => row.dataset.key);
    old.replaceChildren(...fresh.childNodes);
    const rows = [...old.querySelectorAll('[data-key]')];
    const news = rows.filter((row) => !known.has(row.dataset.key));
    for (const row of news) row.classList.add('fresh');
    for (const row of rows) if (opened.includes(row.dataset.key)) row.querySelector('details').open = true;
    if (held !== null) [...old.querySelectorAll('a, button')].find((element) => name(element) === held)?.focus({ preventScroll: true });
    return known.size ? news.length : 0;
  }

  async function look() {
    const address = new URL(location.href);
    address.searchParams.delete('done');
    const reply = await fetch(address, { headers: { Accept: 'text/html' } });
    if (!reply.ok) throw new Error(String(reply.status));
    const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
    const before = [...document.querySelectorAll('[data-live]')];
    // A table that was not there at first, or is no longer: only a new page shows it.
    if (before.some((part) => !fresh.getElementById(part.id)) || [...fresh.querySelectorAll('[data-news]')].some((part) => !document.getElementById(part.id))) {
      location.replace(address);
      return;
    }
    const words = [];
    for (const part of before) {
      const other = fresh.getElementById(part.id);
      if (part.dataset.seen === other.innerHTML) continue;
      const html = other.innerHTML;
      const count = exchange(part, other);
      part.dataset.seen = html;
      if (count && part.dataset.news) words.push(`${count} new ${part.dataset.news}${count > 1 ? 's' : ''}`);
    }
    sign.classList.remove('lost');
    const told = words.join(', ') || (sign.textContent.startsWith('Not') ? 'Live' : sign.textContent || 'Live');
    if (sign.textContent !== told) sign.textContent = told;
    tick();
  }

  async function watch() {
    if (!document.hidden) {
      try { await look(); } catch { sign.classList.add('lost'); sign.textContent = 'Not connected, trying again'; }
    }
    setTimeout(watch, pause);
  }
  if (pause) {
    for (const part of document.querySelectorAll('[data-live]')) part.dataset.seen = part.innerHTML;
    sign.textContent = 'Live';
    setTimeout(watch, pause);
  }
})();
