using Consent.Subscriber;

namespace Consent.Webhooks;

/// <summary>The tables of <see cref="WebhookDb"/> on PostgreSQL, in the schema <c>webhooks</c>.</summary>
internal static class WebhookTables
{
    public static PostgresSteps Steps { get; } = new("webhooks",
    [
        """
        CREATE TABLE {0}.endpoints (
            id text COLLATE "C" PRIMARY KEY, site text COLLATE "C" NOT NULL, url bytea NOT NULL, mode text NOT NULL, description text, status text NOT NULL,
            created_at bigint NOT NULL, gone_at bigint, not_before bigint);
        CREATE INDEX endpoints_site ON {0}.endpoints (site);
        CREATE TABLE {0}.secrets (
            endpoint text COLLATE "C" NOT NULL, number integer NOT NULL, sealed bytea NOT NULL, valid_until bigint,
            PRIMARY KEY (endpoint, number));
        CREATE TABLE {0}.streams (
            stream text COLLATE "C" PRIMARY KEY, site text NOT NULL, subject text, epoch integer NOT NULL, version bigint NOT NULL, due bigint, look bigint);
        CREATE INDEX streams_look ON {0}.streams (look) WHERE look IS NOT NULL;
        CREATE TABLE {0}.deliveries (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, endpoint text COLLATE "C" NOT NULL, event text COLLATE "C" NOT NULL, type text NOT NULL, site text NOT NULL,
            stream text COLLATE "C", time bigint NOT NULL, data bytea, status text NOT NULL, queued_at bigint NOT NULL, next_at bigint NOT NULL,
            first_at bigint, last_at bigint, ended_at bigint, attempts integer NOT NULL DEFAULT 0, last_status integer, last_outcome text,
            UNIQUE (endpoint, event));
        CREATE INDEX deliveries_due ON {0}.deliveries (endpoint, status, next_at, seq);
        CREATE INDEX deliveries_stream ON {0}.deliveries (stream, endpoint, status, seq) WHERE stream IS NOT NULL;
        CREATE INDEX deliveries_ended ON {0}.deliveries (ended_at) WHERE ended_at IS NOT NULL;
        CREATE TABLE {0}.waiting (
            stream text COLLATE "C" PRIMARY KEY, event text NOT NULL, site text NOT NULL, version integer, declaration text, since bigint NOT NULL, body bytea NOT NULL);
        CREATE INDEX waiting_on ON {0}.waiting (site, version, declaration);
        """ + Turns.Table,
    ]);
}
