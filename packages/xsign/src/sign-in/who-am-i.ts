import { CountersignClientError, callerFor, clientErrorCode } from "@countersign/client";
import { Refusal } from "../refusal.ts";

/** Whose token this is, and of which device. @throws `logged-out`, `usage` for tokens without a device */
export async function whoAmI(
	{ homeserver, accessToken }: { readonly homeserver: string; readonly accessToken: string },
	signal: AbortSignal,
): Promise<{ readonly userId: string; readonly deviceId: string }> {
	const session = { homeserver, userId: "", deviceId: "", accessToken: async () => accessToken };
	const { body } = await callerFor(session, signal)({ method: "GET", path: "account/whoami" });
	const { user_id: userId, device_id: deviceId } = body;
	if (typeof userId !== "string")
		throw new CountersignClientError(clientErrorCode.malformedAnswer, "malformed answer: no user_id");
	if (typeof deviceId === "string") return { userId, deviceId };
	throw new Refusal("usage", { problem: "This token belongs to no device: keys need one." });
}
