import type { RequestIdentity } from "./claim/reset-request.ts";
import type { GuardMeans, PassedOn } from "./guarded-homeserver.ts";
import type { HomeserverUnavailable } from "./homeserver.ts";
import type { Upload, UploadUnit } from "./ports.ts";
import type { UploadOutcome } from "./upload.ts";

/** The repositories that a guarded upload touches. */
export type GuardUnit = Omit<UploadUnit, "keys">;

/** An upload on its way to a homeserver that we stand in front of. */
export interface GuardedUpload extends Omit<Upload, "means"> {
	/** The caller's own, with which it goes on where nothing approved it. */
	readonly accessToken: string;
}

/** An upload, and what an approval of it would be bound to. */
export type IdentifiedUpload = GuardedUpload & { readonly identity: RequestIdentity };

/** The upload at this moment. */
export function uploadNow(means: GuardMeans<GuardUnit>, { body, uploader }: IdentifiedUpload): Upload {
	return { body, uploader, means: { ...means, now: means.clock() } };
}

export type GuardedOutcome =
	| UploadOutcome
	/** What the homeserver said to the caller's own upload. */
	| { readonly kind: "passed-on"; readonly passedOn: PassedOn }
	/** It does not answer; nothing is lost by trying again. */
	| { readonly kind: "unavailable"; readonly cause?: HomeserverUnavailable };
