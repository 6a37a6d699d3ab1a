{{/* Values that are each well-formed (values.schema.json), but leave something out or contradict each other. */}}
{{- define "consent.check" -}}
{{- $broker := .Values.broker -}}
{{- if not (or $broker.existingSecret.name $broker.development.enabled) -}}
{{- fail "No broker: set broker.existingSecret.name to a Secret that holds an AMQP address, or broker.development.enabled=true to try things out." -}}
{{- end -}}
{{- if and $broker.existingSecret.name $broker.development.enabled -}}
{{- fail "Two brokers: broker.existingSecret.name is set and broker.development.enabled is true. Choose one." -}}
{{- end -}}
{{- if not .Values.auth.authority -}}
{{- fail "No token issuer: set auth.authority to the https address of an OpenID Connect issuer." -}}
{{- end -}}
{{- if not .Values.publicUrl -}}
{{- fail "No public address: set publicUrl to the address under which people reach the gateway; it stands in every opt-out link." -}}
{{- end -}}
{{- if not (regexMatch "^[a-z][-a-z0-9]{0,40}$" .Release.Name) -}}
{{- fail (printf "The release name %q cannot begin the names of Services: take at most 41 lower-case letters, digits and hyphens, a letter first." .Release.Name) -}}
{{- end -}}
{{- range $name, $service := .Values.services -}}
{{- if not (or $service.image $.Values.images.registry) -}}
{{- fail (printf "No image for %s: no images are published yet, so build them (see the README) and set images.registry, or services.%s.image." $name $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
