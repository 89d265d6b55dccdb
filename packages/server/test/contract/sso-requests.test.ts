import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { ssoRequestsContract } from "./sso-requests.ts";

ssoRequestsContract(dialect, openTemporaryStorage);
