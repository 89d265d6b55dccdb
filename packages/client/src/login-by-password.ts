import { isRecord, member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { malformedAnswer, type RequestOptions, readJson, send, unexpectedStatus } from "./transport.ts";
import { below } from "./urls.ts";

/** Who signs in by a password. */
export interface PasswordLogin {
	/** The homeserver's base URL. */
	readonly homeserver: string;
	/** A user id, or its localpart. */
	readonly user: string;
	/** Goes to the homeserver and nowhere else. */
	readonly password: string;
	/** How the new device is called in the person's list of devices. */
	readonly deviceName?: string | undefined;
}

/** A session that lasts until it is signed out. */
export interface PasswordSession {
	readonly userId: string;
	readonly deviceId: string;
	readonly accessToken: string;
}

/**
 * Signs in by a password, for homeservers that have no OAuth 2.0: `discoverAuthMetadata` says so with
 * `oauth-unsupported`. A password given to a program is more than a sign-in needs, so this comes last.
 *
 * @throws `password-wrong`; `challenge-unsupported` where the homeserver takes no passwords; `network`, `aborted`,
 * `rate-limited`, `http-status`, `malformed-answer`
 * @see Matrix specification v1.17, `POST /_matrix/client/v3/login`
 */
export async function loginByPassword(
	{ homeserver, user, password, deviceName }: PasswordLogin,
	options?: RequestOptions,
): Promise<PasswordSession> {
	const response = await send(
		below(homeserver, "/_matrix/client/v3/login"),
		{
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				type: "m.login.password",
				identifier: { type: "m.id.user", user },
				password,
				initial_device_display_name: deviceName,
			}),
		},
		options,
	);
	const body = await readJson(response);
	if (response.status !== 200) throw refusal(response, body);
	const [userId, deviceId, accessToken] = ["user_id", "device_id", "access_token"].map((name) =>
		isRecord(body) ? member(body, name) : undefined,
	);
	if (typeof userId !== "string" || typeof deviceId !== "string" || typeof accessToken !== "string")
		throw malformedAnswer(response, "no session");
	return { userId, deviceId, accessToken };
}

function refusal(response: Response, body: unknown): CountersignClientError {
	const unexpected = unexpectedStatus(response, body);
	const { status, matrix } = unexpected;
	const details = { status, matrix, cause: unexpected };
	if (matrix?.errcode === "M_FORBIDDEN")
		return new CountersignClientError(clientErrorCode.passwordWrong, "user or password is wrong", details);
	if (matrix?.errcode !== "M_UNKNOWN" && matrix?.errcode !== "M_UNRECOGNIZED") return unexpected;
	const message = "the homeserver takes no passwords";
	return new CountersignClientError(clientErrorCode.challengeUnsupported, message, details);
}
