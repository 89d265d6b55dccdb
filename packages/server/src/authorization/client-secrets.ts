import { timingSafeEqual } from "node:crypto";
import type Provider from "oidc-provider";
import { recordHash } from "./adapter.ts";

/**
 * Has the engine compare hashes: of the secrets of clients nothing else is kept. They have as much entropy as MAS made
 * them with, or as the operator chose for their own apps.
 */
export function compareSecretHashes({ Client }: Provider): void {
	Client.prototype.compareClientSecret = function (presented: string) {
		const [known, given] = [Buffer.from(this.clientSecret ?? ""), Buffer.from(recordHash(presented))];
		return known.length === given.length && timingSafeEqual(known, given);
	};
}
