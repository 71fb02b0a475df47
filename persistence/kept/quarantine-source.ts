/** Where a payload in quarantine came in: webhook, hosted-auth address, our own journal, or a snapshot that could not be read. */
export const quarantineSources = ["unipile_webhook", "unipile_hosted_auth", "journal", "snapshot"] as const
