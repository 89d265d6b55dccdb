import { errcodes, type MatrixErrorBody } from "@countersign/protocol";

/**
 * Why an access token opens nothing, in the words of the Matrix API, each with status 401. After `soft_logout: true`
 * the app signs in or refreshes anew and keeps its keys.
 * @see https://spec.matrix.org/v1.17/client-server-api/#soft-logout
 */
export const tokenRefusals = {
	missing: {
		errcode: errcodes.missingToken,
		error: "An access token is needed, in one Authorization header",
	},
	unknown: { errcode: errcodes.unknownToken, error: "Unknown access token", soft_logout: false },
	ended: { errcode: errcodes.unknownToken, error: "This session has ended", soft_logout: false },
	/** Signed in again under the same device id, the app goes on with the keys it has. */
	"device-kept": {
		errcode: errcodes.unknownToken,
		error: "This session has ended. Signing in again as the same device keeps its keys",
		soft_logout: true,
	},
	expired: { errcode: errcodes.unknownToken, error: "The access token has expired", soft_logout: true },
	locked: { errcode: errcodes.userLocked, error: "This account is locked", soft_logout: true },
	/** Tokens for other purposes must not open the client-server API. */
	"other-purpose": {
		errcode: errcodes.unknownToken,
		error: "The access token is not for this API",
		soft_logout: false,
	},
} as const satisfies Record<string, MatrixErrorBody>;

/** For what only an app on a device may do. */
export const withoutDevice = {
	status: 403,
	body: {
		errcode: errcodes.forbidden,
		error: "This access token belongs to no device. Sign in with an app on a device to do this",
	},
} as const satisfies { readonly status: number; readonly body: MatrixErrorBody };
