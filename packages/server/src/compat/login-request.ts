import { type DeviceId, errcodes, isRecord, member } from "@countersign/protocol";
import { matrixError } from "../matrix-api/index.ts";
import { badJson } from "./body.ts";

/** What an app asks for with `POST /login`, understood. */
export interface LoginRequest {
	readonly proof:
		| { readonly type: "password"; readonly user: string; readonly password: string }
		| { readonly type: "token"; readonly token: string };
	/** Chosen by the app; absent: one is made up. */
	readonly deviceId?: DeviceId;
	readonly deviceName?: string;
	/** Whether the app can renew a token that expires. */
	readonly renews: boolean;
}

type Parsed<Value> =
	| { readonly ok: true; readonly value: Value }
	| { readonly ok: false; readonly answer: Response };

/** Characters that are seen, and single spaces between them: what cannot be told apart must not name two devices. */
const deviceIdShape = /^[^\p{C}\p{Z}]+(?: [^\p{C}\p{Z}]+)*$/u;
const longestDeviceId = 255;
/** Longer ones homeservers refuse. */
const longestName = 100;
/** With halves of characters, which an app leaves that cut a name: homeservers refuse them. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/**
 * Reads the body of `POST /login`. Members that are null count as absent, as many apps send them. Refuses with a ready
 * answer.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3login
 */
export function parseLoginRequest(body: Readonly<Record<string, unknown>>): Parsed<LoginRequest> {
	const proof = parseProof(body);
	if (!proof.ok) return proof;
	const deviceId = optional(body, "device_id");
	const name = optional(body, "initial_device_display_name");
	const renews = optional(body, "refresh_token");
	if (name !== undefined && typeof name !== "string") return bad("initial_device_display_name must be text");
	if (renews !== undefined && typeof renews !== "boolean")
		return bad("refresh_token must be a truth value here");
	if (deviceId !== undefined && typeof deviceId !== "string") return bad("device_id must be text");
	if (deviceId !== undefined && !isDeviceId(deviceId)) {
		const error = `Device ids are 1 to ${longestDeviceId} characters that can be seen`;
		return { ok: false, answer: matrixError(400, errcodes.invalidParam, error) };
	}
	const deviceName = name === undefined ? "" : shortened(name);
	return {
		ok: true,
		value: {
			proof: proof.value,
			renews: renews === true,
			...(deviceId === undefined ? {} : { deviceId }),
			...(deviceName === "" ? {} : { deviceName }),
		},
	};
}

function parseProof(body: Readonly<Record<string, unknown>>): Parsed<LoginRequest["proof"]> {
	switch (member(body, "type")) {
		case "m.login.password":
			return parsePassword(body);
		case "m.login.token": {
			const token = member(body, "token");
			return typeof token === "string"
				? { ok: true, value: { type: "token", token } }
				: bad("token is missing");
		}
		case "m.login.application_service": {
			const error = "Application services do not log in here";
			return { ok: false, answer: matrixError(400, errcodes.appserviceLoginUnsupported, error) };
		}
		case undefined:
			return bad("type is missing");
		default:
			return { ok: false, answer: matrixError(400, errcodes.unknown, "This type of login is not known") };
	}
}

function parsePassword(body: Readonly<Record<string, unknown>>): Parsed<LoginRequest["proof"]> {
	const password = member(body, "password");
	if (typeof password !== "string") return bad("password is missing");
	const user = parseUser(body);
	return user.ok ? { ok: true, value: { type: "password", user: user.value, password } } : user;
}

/** The deprecated `user` wins over `identifier`, as other servers have it: apps that send both mean the same person. */
function parseUser(body: Readonly<Record<string, unknown>>): Parsed<string> {
	const deprecated = optional(body, "user");
	if (typeof deprecated === "string") return { ok: true, value: deprecated };
	const identifier = optional(body, "identifier");
	if (deprecated !== undefined || !isRecord(identifier)) return bad("identifier is missing");
	if (member(identifier, "type") !== "m.id.user") {
		const error = "People are identified by their user name here";
		return { ok: false, answer: matrixError(400, errcodes.unknown, error) };
	}
	const user = member(identifier, "user");
	return typeof user === "string" ? { ok: true, value: user } : bad("user is missing");
}

/** `.` and `..` are no names in an address: such a device would have no page on which to sign it out. */
function isDeviceId(text: string): text is DeviceId {
	return [...text].length <= longestDeviceId && deviceIdShape.test(text) && !/^\.{1,2}$/.test(text);
}

/** A name is a convenience: one that is too long is cut, because apps that logged in with it before must go on to. */
function shortened(name: string): string {
	const characters = [...name.replaceAll(invisible, "").trim()];
	return characters.slice(0, longestName).join("");
}

function optional(body: Readonly<Record<string, unknown>>, name: string): unknown {
	return member(body, name) ?? undefined;
}

function bad(error: string): { readonly ok: false; readonly answer: Response } {
	return { ok: false, answer: badJson(error) };
}
