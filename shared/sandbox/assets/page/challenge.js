/* The challenge: a dialog over the page, with the issuer's page in a frame. */

const CHALLENGE_STYLE = {
  dialog: {
    position: 'fixed', inset: '0', width: '100vw', height: '100dvh', maxWidth: 'none', maxHeight: 'none', margin: '0',
    padding: '16px', border: '0', boxSizing: 'border-box', background: 'rgba(10, 20, 24, 0.6)', display: 'grid',
    placeItems: 'center', overflow: 'auto', zIndex: '2147483647', colorScheme: 'light dark',
  },
  panel: { position: 'relative', width: 'min(440px, 100%)', height: 'min(340px, 100%)', background: 'Canvas', borderRadius: '12px', overflow: 'hidden' },
  frame: { width: '100%', height: '100%', border: '0', display: 'block' },
  close: {
    position: 'absolute', top: '0', right: '4px', width: '44px', height: '36px', border: '0', borderRadius: '8px',
    background: 'transparent', color: 'CanvasText', font: '22px/1 system-ui, sans-serif', cursor: 'pointer',
  },
};

function part(name, tag, properties) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.style, CHALLENGE_STYLE[name]);
  return element;
}

function challenge(url) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const dialog = part('dialog', 'dialog', { ariaLabel: 'Card authentication' });
    const panel = part('panel', 'div', {});
    const frame = part('frame', 'iframe', { title: 'Card authentication', src: `${url}?framed=1` });
    // Until the frame's own script listens, the close button has the focus and a wish to leave waits for it.
    const close = part('close', 'button', { type: 'button', ariaLabel: 'Close authentication', textContent: '\u00d7', autofocus: true });
    const loaded = new Promise((done) => { frame.addEventListener('load', done, { once: true }); });
    let giveUp = 0;
    const finish = () => {
      clearTimeout(giveUp);
      removeEventListener('message', heard);
      dialog.close();
      dialog.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve();
    };
    const heard = (event) => {
      if (event.origin === ORIGIN && event.source === frame.contentWindow && event.data?.type === 'standin:3ds') finish();
    };
    // To leave is to fail the challenge: the frame tells the issuer, then answers as after its own button.
    const dismiss = async () => {
      await loaded;
      frame.contentWindow.postMessage({ type: 'standin:dismiss' }, ORIGIN);
      giveUp = setTimeout(finish, 3000);
    };
    addEventListener('message', heard);
    close.addEventListener('click', dismiss);
    dialog.addEventListener('cancel', (event) => { event.preventDefault(); dismiss(); });
    panel.append(frame, close);
    dialog.append(panel);
    document.body.append(dialog);
    dialog.showModal();
    loaded.then(() => frame.focus());
  });
}
