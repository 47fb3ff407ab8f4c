/* Passkeys: asks the device what the server wants to know, and sends the answer with the page's own form. */
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;
  const cannot = form.querySelector("[data-passkey-cannot]");
  const failed = form.querySelector("[data-passkey-failed]");
  const button = form.querySelector("button[type=submit]");
  cannot.hidden = true;
  button.hidden = false;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const list = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (asked) => {
    const made = await navigator.credentials.create({ publicKey: {
      ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: list(asked.excludeCredentials),
    } });
    return { ...head(made), response: {
      clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject),
    } };
  };
  const get = async (asked) => {
    const found = await navigator.credentials.get({ publicKey: {
      ...asked, challenge: bytes(asked.challenge), allowCredentials: list(asked.allowCredentials),
    } });
    const answer = found.response;
    return { ...head(found), response: {
      clientDataJSON: text(answer.clientDataJSON), authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature), userHandle: answer.userHandle ? text(answer.userHandle) : null,
    } };
  };
  const head = (one) => ({
    id: one.id, rawId: text(one.rawId), type: one.type,
    clientExtensionResults: one.getClientExtensionResults(), authenticatorAttachment: one.authenticatorAttachment,
  });

  /* What the device is to be asked stands in the page, or is fetched when it is needed. */
  const question = async () => {
    if (form.dataset.options) {
      const asked = JSON.parse(document.getElementById(form.dataset.options).textContent);
      return (asked.creation_options || asked.request_options).publicKey;
    }
    const answer = await fetch(form.dataset.question, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
    // Another record is open, or nobody is signed in any more: the page itself says so when it is sent.
    return answer.ok && !answer.redirected ? answer.json() : null;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      const asked = await question();
      if (asked) {
        const field = form.elements[form.dataset.answer || "answer"];
        field.value = JSON.stringify(await (form.dataset.passkey === "create" ? create(asked) : get(asked)));
      }
      form.submit();
    } catch {
      failed.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
})();
