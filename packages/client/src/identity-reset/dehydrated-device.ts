import { member } from "@countersign/protocol";
import type { Caller } from "./homeserver.ts";
import type { IdentityCrypto } from "./ports.ts";
import type { PendingReset } from "./record.ts";
import { storeSecret } from "./recovery.ts";

/** Under which name secret storage has the key of the dehydrated device. @see MSC3814 */
const secretName = "org.matrix.msc3814";

const path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

/**
 * Sees to it that no dehydrated device is left that the identity does not vouch for: nobody sends keys to it any more,
 * and whoever opened the old recovery can open it.
 *
 * An app that can puts one of the new identity in its place, and takes over what waits there. Otherwise it is deleted,
 * as matrix-js-sdk deletes it in a reset; an app may make another one later.
 *
 * @param stale the ids of those that the identity does not vouch for
 */
export async function replaceDehydratedDevice(
	parts: { readonly call: Caller; readonly crypto: IdentityCrypto; readonly signal: AbortSignal },
	{ record, stale }: { readonly record: PendingReset; readonly stale: readonly string[] },
): Promise<void> {
	const { call, crypto, signal } = parts;
	const { userId, recovery } = record;
	// Without a new recovery nobody could open a new one.
	if (recovery !== undefined && crypto.renewDehydratedDevice !== undefined) {
		const renewed = crypto.renewDehydratedDevice({
			keyId: recovery.key.keyId,
			keep: (key) => storeSecret({ call, userId }, recovery.key, { name: secretName, text: key }),
			async request({ method, below = "", body }) {
				return (await call({ method, path: `${path}${below}`, body })).body;
			},
		});
		// What the app fails at: the old device goes all the same. It may be asking the person for something.
		await Promise.race([renewed.catch(() => {}), aborted(signal)]);
	}
	const left = await call({ method: "GET", path, accept: [404] });
	const id = member(left.body, "device_id");
	if (left.status === 200 && typeof id === "string" && stale.includes(id))
		await call({ method: "DELETE", path, accept: [404] });
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
