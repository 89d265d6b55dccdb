import { acrOfRequest, lifetimes, type ResetRequest } from "@countersign/core";

const prefix = "org.matrix.msc4363.";

/**
 * What is added to a challenge for apps that can step up: the one authentication context that does is that this very
 * request is approved. Apps that cannot see an error beside the page, and go on with the page.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4363
 * @see https://www.rfc-editor.org/rfc/rfc9470#section-3
 */
export function stepUpOffer({ reference }: Pick<ResetRequest, "reference">, error: string) {
	const acr = acrOfRequest(reference);
	const maxAge = lifetimes.proofMs / 1_000;
	const parameters = [
		...['error="insufficient_user_authentication"', `error_description="${described}"`],
		...[`acr_values="${acr}"`, `max_age="${maxAge}"`],
	];
	return {
		error: { errcode: `${prefix}M_INSUFFICIENT_USER_AUTHENTICATION`, error },
		members: { [`${prefix}acr_values`]: acr, [`${prefix}max_age`]: maxAge },
		headers: { "www-authenticate": `Bearer ${parameters.join(", ")}` },
	};
}

const described = "Replacing a digital identity has to be approved first";
