/** The place that a tenant's sealed webhook secret belongs to; it opens nowhere else (../secrets/key-ring.ts). */
export const webhookSecretPlace = (tenant: string): string => `tenant:${tenant}:webhook_secret`
