/** The client that the demo authorization server of docker-compose.yml knows. It is nobody's secret. */
export const CLIENT = { id: 'mail-app', secret: 'demo-only-not-a-secret' };
