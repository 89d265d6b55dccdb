/**
 * Asks the browser for a passkey, to use or to make, when a form is sent that has a field for it and nothing in it; what
 * the browser says goes into the field, and the form is sent as if there had been no script. Shows what is hidden until
 * then on pages for browsers with passkeys, and says so where there are none.
 * @see https://www.w3.org/TR/webauthn-3/
 */
export const passkeys = `for (const field of document.querySelectorAll("[data-passkey]")) {
	const { form, dataset } = field;
	const [failed, missing] = [field.nextElementSibling, field.nextElementSibling.nextElementSibling];
	const known = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
	const isMade = dataset.passkey === "create";
	const options = () => {
		const read = isMade ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
		return PublicKeyCredential[read](JSON.parse(dataset.options));
	};
	const waiting = new AbortController();
	let isBusy = false;
	const send = (credential, button) => {
		field.value = JSON.stringify(credential.toJSON());
		form.requestSubmit(button);
	};
	if (known) form.hidden = false;
	else missing.hidden = false;
	form.addEventListener("submit", async (event) => {
		if (!known || field.value !== "" || [...form.querySelectorAll("[data-instead]")].some((it) => it.value !== "")) return;
		event.preventDefault();
		if (isBusy) return;
		isBusy = true;
		failed.hidden = true;
		waiting.abort();
		try {
			const publicKey = options();
			const credentials = navigator.credentials;
			send(await (isMade ? credentials.create({ publicKey }) : credentials.get({ publicKey })), event.submitter);
		} catch {
			failed.hidden = false;
		}
		isBusy = false;
	});
	addEventListener("pageshow", () => { field.value = ""; });
	if (known && dataset.passkey === "autofill")
		PublicKeyCredential.isConditionalMediationAvailable?.().then(async (isThere) => {
			if (!isThere) return;
			const asked = { publicKey: options(), mediation: "conditional", signal: waiting.signal };
			send(await navigator.credentials.get(asked));
		}).catch(() => {});
}`;

/** Whether there is anything for it to do. */
export function usesPasskeys(markup: string): boolean {
	return markup.includes(" data-passkey=");
}
