import { oauthStages } from "@countersign/protocol";
import { addressOf, type Resume } from "../resume/index.ts";

/**
 * The homeserver's fallback page of the stage, where a visit may begin and end. Apps check that the message "done" comes
 * from the homeserver's own origin, which beside a homeserver elsewhere is not the origin of these pages.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
export interface StagePage {
	/** The homeserver's origin is another one than that of these pages: a visit that began there has to end there. */
	readonly isElsewhere: boolean;
	/** A page of ours, as the homeserver's origin can lead to it. */
	here(to: Resume): string;
	/** The fallback page of a request: our own settings and our own row, nothing a visitor could bring. */
	addressFor(request: { readonly uiaSession: string }): string;
}

export function createStagePage({
	publicBase,
	homeserverBase,
}: {
	readonly publicBase: string;
	readonly homeserverBase: string;
}): StagePage {
	const isElsewhere = new URL(publicBase).origin !== new URL(homeserverBase).origin;
	return {
		isElsewhere,
		here: (to) => (isElsewhere ? new URL(addressOf(to), publicBase).href : addressOf(to)),
		addressFor: ({ uiaSession }) => {
			const path = `/_matrix/client/v3/auth/${oauthStages[0]}/fallback/web`;
			return new URL(`${path}?${new URLSearchParams({ session: uiaSession })}`, homeserverBase).href;
		},
	};
}
