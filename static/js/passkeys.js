// Passkeys: a form marked data-passkey asks the browser for a key, and sends its answer as an ordinary form.
// "create" makes a key, "get" shows one. What to ask stands in data-options, as JSON; bytes are base64url.

function bytes(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function known(list) {
  return (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
}

function asked(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) {
    read.user = { ...options.user, id: bytes(options.user.id) };
    read.excludeCredentials = known(options.excludeCredentials);
  } else {
    read.allowCredentials = known(options.allowCredentials);
  }
  return read;
}

function told(key) {
  const response = { clientDataJSON: text(key.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[part]) response[part] = text(key.response[part]);
  }
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment,
    clientExtensionResults: key.getClientExtensionResults(),
    response,
  };
}

async function ask(form) {
  const publicKey = asked(JSON.parse(form.dataset.options));
  if (form.dataset.passkey === "create") return navigator.credentials.create({ publicKey });
  return navigator.credentials.get({ publicKey });
}

function stop(form, words) {
  const place = form.querySelector("[data-passkey-words]");
  place.textContent = words;
  place.hidden = false;
  form.querySelector("button[type=submit]").disabled = false;
}

async function send(event) {
  const form = event.currentTarget;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.querySelector("button[type=submit]").disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(told(await ask(form)));
    form.submit();
  } catch (problem) {
    const twice = problem.name === "InvalidStateError";
    stop(form, twice ? "This device holds a passkey of yours already." : "No passkey was used. Please try again, or take another way.");
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential) {
    form.addEventListener("submit", send, { capture: true });
  } else {
    stop(form, "This browser knows no passkeys.");
    form.querySelector("button[type=submit]").disabled = true;
  }
}
