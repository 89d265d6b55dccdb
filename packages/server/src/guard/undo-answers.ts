import type { Throttled } from "@countersign/core";
import { errcodes } from "@countersign/protocol";
import type { UploadAnswer } from "../device-signing/index.ts";
import { tokenRefusals } from "../matrix-api/index.ts";
import type { Said } from "./ports.ts";

export function passed({ status, body, retryAfter }: Said): UploadAnswer {
	return { status, body, ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }) };
}

export function refused(reason: keyof typeof tokenRefusals): UploadAnswer {
	return { status: 401, body: tokenRefusals[reason] };
}

export function tooOften({ retryAfterMs }: Throttled): UploadAnswer {
	const error = "Backups and secrets of this account are removed too often";
	return {
		status: 429,
		body: { errcode: errcodes.limitExceeded, error, retry_after_ms: retryAfterMs },
		headers: { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) },
	};
}

export function wrongMethod(methods: readonly string[]): UploadAnswer {
	return {
		status: 405,
		body: { errcode: errcodes.unrecognized, error: "This endpoint does not know this method" },
		headers: { allow: [...methods, "OPTIONS"].join(", ") },
	};
}

export const done: UploadAnswer = { status: 200, body: {} };
export const noBackup: UploadAnswer = {
	status: 404,
	body: { errcode: errcodes.notFound, error: "There is no such key backup" },
};
export const noDevice: UploadAnswer = {
	status: 404,
	body: { errcode: errcodes.notFound, error: "There is no dehydrated device" },
};
export const noVersion: UploadAnswer = {
	status: 400,
	body: { errcode: errcodes.missingParam, error: "version is missing" },
};
export const twice: UploadAnswer = {
	status: 400,
	body: { errcode: errcodes.invalidParam, error: "A parameter of the query is there twice" },
};
