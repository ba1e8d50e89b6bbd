/**
 * Passkeys: `<button type="button" data-passkey="URL">` in a form requests the options for the browser from the URL, asks the user for a
 * passkey, puts the response into the hidden field `passkey` of the form, and submits it. With `data-passkey-new`, it creates one.
 *
 * The button is in an element with `data-passkey-part`, which is hidden until the script has found that the browser supports passkeys. An
 * element with `role="alert"` in it shows one of its texts `data-cancelled`, `data-exists` and `data-failed`. An element with
 * `data-passkey-unsupported` is shown instead if the browser does not support them. Inputs with `data-passkey-instead` need not be filled in.
 */
const isSupported = window.PublicKeyCredential !== undefined && navigator.credentials !== undefined;

for (const note of document.querySelectorAll('[data-passkey-unsupported]')) note.hidden = isSupported;

if (isSupported) {
  for (const button of document.querySelectorAll('button[data-passkey]')) {
    button.closest('[data-passkey-part]').hidden = false;
    button.addEventListener('click', () => use(button));
    // Enter in a field of a form that has no other button.
    const { form } = button;
    if (form.querySelector('button:not([type=button])') === null)
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (!button.disabled) use(button);
      });
  }
  // When the user navigates back and the page comes from the cache, the button can be used again.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) for (const button of document.querySelectorAll('button[data-passkey]')) button.disabled = false;
  });
}

async function use(button) {
  const { form } = button;
  const problem = button.closest('[data-passkey-part]').querySelector('[role=alert]');
  const others = [...form.querySelectorAll('[data-passkey-instead]')];
  for (const input of others) input.required = false;
  if (!form.reportValidity()) return;
  problem.hidden = true;
  button.disabled = true;
  try {
    const options = await optionsFrom(button.dataset.passkey, form.elements['~token']?.value);
    const isNew = button.dataset.passkeyNew !== undefined;
    const credential = isNew
      ? await navigator.credentials.create({ publicKey: forCreation(options) })
      : await navigator.credentials.get({ publicKey: forRequest(options) });
    form.elements.passkey.value = JSON.stringify(toJson(credential));
    // Does not fire `submit`, which would start over.
    form.submit();
  } catch (error) {
    problem.textContent = problem.dataset[problemOf(error)];
    problem.hidden = false;
    button.disabled = false;
  }
}

async function optionsFrom(url, token) {
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { 'x-csrf-token': token }) };
  const response = await fetch(url, { method: 'POST', headers });
  if (!response.ok) throw new Error(`The server responded with ${response.status}.`);
  return response.json();
}

function problemOf({ name }) {
  if (name === 'InvalidStateError') return 'exists';
  // The user has cancelled, or has not responded in time.
  return name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'failed';
}

// For browsers without the methods of WebAuthn level 3 that convert from and to JSON.

function forCreation(options) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON)
    return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(withBytes),
  };
}

function forRequest(options) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const { allowCredentials = [] } = options;
  return { ...options, challenge: toBytes(options.challenge), allowCredentials: allowCredentials.map(withBytes) };
}

function toJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { id, type, response } = credential;
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const values = names.flatMap((name) => (response[name] ? [[name, toText(response[name])]] : []));
  const transports = response.getTransports?.();
  return { id, rawId: id, type, response: { ...Object.fromEntries(values), transports } };
}

function withBytes(credential) {
  return { ...credential, id: toBytes(credential.id) };
}

function toBytes(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function toText(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
