import { oauthStages } from "@countersign/protocol";
import { resetPath } from "./pages/reset-forms.ts";

/**
 * Where a visit that begins at the fallback page of the stage goes and ends. Apps check that the message "done" comes
 * from the homeserver's own origin, which beside a homeserver elsewhere is not the origin of these pages.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
export interface WayBack {
	/** The homeserver's origin is another one than that of these pages. */
	readonly isElsewhere: boolean;
	/** The page of a request, for a visit that began at the fallback page; without a request the page that lists them. */
	there(reference: string | undefined): string;
	/** The page of a request without a way back. */
	toRequest(reference: string): string;
	/** Whether a visit with this query has to end where it began. The query says no more than that. */
	isAsked(query: string | undefined): boolean;
	/** Path of the approval page, which keeps the way back where the visit has one. */
	keep(reference: string, asked: boolean): string;
	/** The fallback page of a request: our own settings and our own row, nothing a visitor could bring. */
	back(request: { readonly uiaSession: string }): string;
}

const began = "fallback";

export function createWayBack({
	publicBase,
	homeserverBase,
}: {
	readonly publicBase: string;
	readonly homeserverBase: string;
}): WayBack {
	const isElsewhere = new URL(publicBase).origin !== new URL(homeserverBase).origin;
	const here = (path: string) => (isElsewhere ? new URL(path, publicBase).href : path);
	const keep: WayBack["keep"] = (reference, asked) =>
		asked ? `${resetPath(reference)}?from=${began}` : resetPath(reference);
	return {
		isElsewhere,
		keep,
		there: (reference) => here(reference === undefined ? "/account/reset" : keep(reference, isElsewhere)),
		toRequest: (reference) => here(resetPath(reference)),
		isAsked: (from) => isElsewhere && from === began,
		back: ({ uiaSession }) => {
			const path = `/_matrix/client/v3/auth/${oauthStages[0]}/fallback/web`;
			return new URL(`${path}?${new URLSearchParams({ session: uiaSession })}`, homeserverBase).href;
		},
	};
}
