import { type DeviceSigningUpload, keysOf, parseDeviceSigningUpload } from "@countersign/protocol";
import type { ResetRequest } from "./claim/reset-request.ts";
import type { RequestReads, Upload } from "./ports.ts";

/**
 * A follow-up without keys that names a request of this very person and session stands for that request's own body;
 * the specification's fallback sample sends such. A session id of somebody else names nothing.
 */
export async function namedBody(
	requests: Pick<RequestReads, "find">,
	upload: Pick<Upload, "body" | "uploader">,
): Promise<DeviceSigningUpload> {
	const { body, uploader } = upload;
	const { session } = body.auth;
	if (keysOf(body).length > 0 || session === undefined) {
		return body;
	}
	const request = await requests.find({ uiaSession: session });
	if (request?.accountId !== uploader.accountId || request.sessionId !== uploader.sessionId) {
		return body;
	}
	return { ...keptBody(request, uploader.userId), auth: body.auth };
}

/** The upload that a request was made of. */
export function keptBody(request: ResetRequest, userId: string): DeviceSigningUpload {
	const kept = parseDeviceSigningUpload(request.keys, userId);
	if (!kept.ok) {
		throw new Error(`the stored keys of request ${request.reference} cannot be read`);
	}
	return kept.value;
}
