import { json } from "../../http/index.ts";
import { refused } from "./client-data.ts";
import { type Caller, type Endpoint, v3 } from "./endpoint.ts";
import type { KeysUnit } from "./ports.ts";
import { checkKeyUpload, type KeyUpload, parseKeyUpload, publishKeys } from "./publish-keys.ts";

/**
 * A device publishes its keys, and keys for single conversations. All of a body is stored or nothing; an id of a
 * one-time key that is still there cannot be given to another key.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysupload
 */
export function deviceKeyEndpoints(): Endpoint[] {
	return [
		{
			method: "POST",
			paths: [v3("keys/upload")],
			takes: "strict-json",
			async answer({ caller, body, write }) {
				const upload = parseKeyUpload(body, caller);
				if (!upload.ok) return refused(upload.refusal);
				return write((unit) => store(unit, caller, upload.value));
			},
		},
	];
}

async function store(unit: KeysUnit, caller: Caller, upload: KeyUpload): Promise<Response> {
	const { accountId, deviceId } = caller;
	const refusal = await checkKeyUpload(unit, caller, upload);
	if (refusal !== undefined) return refusal;
	await publishKeys(unit, caller, upload);
	const counts = await unit.oneTimeKeys.counts(accountId, deviceId);
	return json(200, { one_time_key_counts: { signed_curve25519: 0, ...counts } });
}
