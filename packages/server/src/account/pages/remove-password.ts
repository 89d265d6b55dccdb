import { actions, button, form, html, linkButton, type PageView } from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import { say } from "../../words/index.ts";
import { usernameForPasswordManagers } from "./password.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

export const removePasswordPath = addressOf({ kind: "page", page: "proofs/remove-password" });
const proofsPath = addressOf({ kind: "page", page: "proofs" });

export interface RemovePasswordView extends Pick<ProofView, "problem"> {
	readonly username: string;
	readonly csrf: string;
	/** For the browser's script: nothing but a passkey is asked for. */
	readonly passkey: string;
}

/** Says what is so without a password, before there is none. */
export function removePasswordPage({ username, csrf, passkey, problem }: RemovePasswordView): PageView {
	const proof = { asks: { password: false, passkey }, problem };
	const cancel = linkButton("plain", say("common.cancel"), proofsPath);
	return {
		title: say("proofs.password-remove-title"),
		body: html`${proofTrouble(proof)}
<p>${say("proofs.password-remove-why")}</p>
<p>${say("proofs.password-remove-others")}</p>
<p>${say("proofs.password-remove-lost")}</p>
${form({
	...{ action: removePasswordPath, csrf },
	fields: html`${usernameForPasswordManagers(username)}
${proofField(proof)}
${actions(button("danger", say("proofs.password-remove")), cancel)}`,
})}`,
	};
}
