import type { Throttled } from "@countersign/core";
import { errcodes } from "@countersign/protocol";
import type { UploadAnswer } from "../device-signing/index.ts";

export function tooOften({ retryAfterMs }: Throttled): UploadAnswer {
	const error = "Backups and secrets of this account are removed too often";
	return {
		status: 429,
		body: { errcode: errcodes.limitExceeded, error, retry_after_ms: retryAfterMs },
		headers: { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) },
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
