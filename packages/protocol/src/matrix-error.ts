import { isRecord, member } from "./record.ts";

/**
 * The body of every Matrix error answer: both members always present, some codes add their own
 * (`retry_after_ms`, `soft_logout`, `current_version`).
 * @see https://spec.matrix.org/v1.17/client-server-api/#standard-error-response
 */
export interface MatrixErrorBody {
	readonly errcode: string;
	readonly error: string;
	readonly [extra: string]: unknown;
}

/** The error codes in use, by what they say. @see https://spec.matrix.org/v1.17/client-server-api/#common-error-codes */
export const errcodes = {
	appserviceLoginUnsupported: "M_APPSERVICE_LOGIN_UNSUPPORTED",
	badJson: "M_BAD_JSON",
	exclusive: "M_EXCLUSIVE",
	forbidden: "M_FORBIDDEN",
	guestAccessForbidden: "M_GUEST_ACCESS_FORBIDDEN",
	invalidParam: "M_INVALID_PARAM",
	invalidSignature: "M_INVALID_SIGNATURE",
	invalidUsername: "M_INVALID_USERNAME",
	limitExceeded: "M_LIMIT_EXCEEDED",
	missingParam: "M_MISSING_PARAM",
	missingToken: "M_MISSING_TOKEN",
	notFound: "M_NOT_FOUND",
	notJson: "M_NOT_JSON",
	resourceLimitExceeded: "M_RESOURCE_LIMIT_EXCEEDED",
	tooLarge: "M_TOO_LARGE",
	unknown: "M_UNKNOWN",
	unknownDevice: "M_UNKNOWN_DEVICE",
	/** Of sliding sync (MSC4186). */
	unknownPos: "M_UNKNOWN_POS",
	unknownToken: "M_UNKNOWN_TOKEN",
	unrecognized: "M_UNRECOGNIZED",
	userDeactivated: "M_USER_DEACTIVATED",
	userInUse: "M_USER_IN_USE",
	userLimitExceeded: "M_USER_LIMIT_EXCEEDED",
	userLocked: "M_USER_LOCKED",
	userSuspended: "M_USER_SUSPENDED",
	wrongRoomKeysVersion: "M_WRONG_ROOM_KEYS_VERSION",
} as const;

/**
 * Reads an answer's body as a Matrix error, extra members included.
 * A missing `error` text reads as empty, because the code alone decides; without a code: undefined.
 */
export function parseMatrixError(body: unknown): MatrixErrorBody | undefined {
	if (!isRecord(body)) return undefined;
	const errcode = member(body, "errcode");
	if (typeof errcode !== "string" || errcode === "") return undefined;
	const error = member(body, "error");
	return { ...body, errcode, error: typeof error === "string" ? error : "" };
}
