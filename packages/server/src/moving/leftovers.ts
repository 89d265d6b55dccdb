/**
 * What Synapse's own database still holds of people who moved out for good, as statements that empty it, in both
 * dialects: passwords, tokens in clear, and the tokens that it notes beside each address, ours among them. Nothing asks
 * for them any more, but whoever has an old refresh token and our keys can compute the one that is good now.
 * Application services sign their people in at Synapse: theirs stay.
 */
export const synapseLeftovers: readonly string[] = [
	"UPDATE users SET password_hash = NULL WHERE appservice_id IS NULL",
	...["access_tokens", "refresh_tokens", "user_ips"].map(
		(table) => `DELETE FROM ${table} WHERE user_id IN (SELECT name FROM users WHERE appservice_id IS NULL)`,
	),
];
