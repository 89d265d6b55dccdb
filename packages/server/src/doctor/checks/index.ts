/**
 * The checks, each behind those it comes after: where one finds a problem, what would only repeat it is left out.
 *
 * A check says what it needs to know and judges what came back; it asks nobody itself. To add one, write it, put it in
 * the list, and describe its cure in the documentation under its id.
 */
import type { Check } from "../finding.ts";
import { accessTokens } from "./access-tokens.ts";
import { appService, appServiceNamespace, serverName } from "./app-service.ts";
import { certificate, https } from "./certificates.ts";
import { clock } from "./clock.ts";
import { cors } from "./cors.ts";
import {
	closedThere,
	database,
	demandedFactors,
	outbox,
	outboxRefused,
	strayAdministrators,
} from "./data.ts";
import { directory } from "./directory.ts";
import { forwardedFor } from "./forwarded-for.ts";
import { guard, guardedUploads } from "./guarded-uploads.ts";
import { introspection, synapseEndpoint } from "./introspection.ts";
import { mail } from "./mail.ts";
import { metadata, publicMetadata } from "./metadata.ts";
import { introspectionPrivate, synapseAdminPrivate, synapsePrivate } from "./private-paths.ts";
import { homeserverPublicBase, publicBase } from "./public-bases.ts";
import { compatRoutes, fallbackPage } from "./routes.ts";
import { runningSettings, server } from "./server.ts";
import { delegation, sharedSecret, synapse, synapsePublicBaseurl, synapseVersion } from "./synapse.ts";
import { trustedProxies } from "./trusted-proxies.ts";
import { undoRoutes } from "./undo-routes.ts";
import { wellKnown } from "./well-known.ts";

export const checks: readonly Check[] = [
	...[database, server, runningSettings],
	...[https, certificate, publicBase],
	...[synapse, synapseVersion, delegation, sharedSecret],
	...[introspection, synapseEndpoint, metadata],
	...[appService, serverName, appServiceNamespace],
	...[homeserverPublicBase, publicMetadata, wellKnown, synapsePublicBaseurl],
	...[guard, guardedUploads, undoRoutes, compatRoutes, fallbackPage],
	...[synapsePrivate, synapseAdminPrivate, introspectionPrivate],
	...[accessTokens, cors, trustedProxies, forwardedFor, clock, outbox, outboxRefused, closedThere],
	...[demandedFactors, strayAdministrators, mail, directory],
];
