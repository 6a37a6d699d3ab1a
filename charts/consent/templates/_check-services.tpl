{{/* Replicas and scaling of each service, against where its data lie. */}}
{{- define "consent.checkServices" -}}
{{- range $name, $service := .Values.services -}}
{{- $id := list $ $name -}}
{{- $most := int (include "consent.most" $id) -}}
{{- $what := ternary (printf "services.%s.autoscaling.maxReplicas" $name) (ternary (printf "services.%s.keda.maxReplicas" $name) (printf "services.%s.replicas" $name) (($service.keda).enabled | default false)) (($service.autoscaling).enabled | default false) -}}
{{- if not (or $service.image $.Values.images.registry) -}}
{{- fail (printf "No image for %s: no images are published yet, so build them (see the README) and set images.registry, or services.%s.image." $name $name) -}}
{{- end -}}
{{- if and ($service.autoscaling).enabled ($service.keda).enabled -}}
{{- fail (printf "services.%s.autoscaling.enabled and services.%s.keda.enabled are both true: two scalers would pull at one Deployment. Choose one." $name $name) -}}
{{- end -}}
{{- range $scaler := list "autoscaling" "keda" -}}
{{- with index $service $scaler -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "services.%s.%s.minReplicas is %d and maxReplicas %d: set the first to no more than the second." $name $scaler (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and ($service.keda).enabled (not (has $name (list "newsletter" "analytics" "webhooks" "connectors"))) -}}
{{- fail (printf "services.%s.keda.enabled is true, but only newsletter, analytics, webhooks and connectors are scaled by their queues: use services.%s.autoscaling, or replicas." $name $name) -}}
{{- end -}}
{{- if and (gt $most 1) (ne $name "gateway") (eq $.Values.storage.engine "sqlite") -}}
{{- fail (printf "%s is %d and storage.engine is sqlite: each pod would have files of its own. Set it to 1, or storage.engine to postgres." $what $most) -}}
{{- end -}}
{{- if and (gt $most 1) (ne $name "gateway") (not (include "consent.isShared" $id)) -}}
{{- fail (printf "%s is %d and storage.engine is cosmos without a database: what %s keeps beside logs lies in a file of each pod. Set it to 1, or name a PostgreSQL, by postgres.existingSecret.name, postgres.cloudNativePG.enabled or externalSecrets.postgres.data." $what $most $name) -}}
{{- end -}}
{{- if and (gt $most 1) (ne $name "gateway") (not (include "consent.mayOverlap" $id)) -}}
{{- fail (printf "%s is %d and storage.keys.accessMode is ReadWriteOnce: the replicas share the folder of keys. Set storage.keys.accessMode to ReadWriteMany, with a storage.keys.className that has it, or %s to 1." $what $most $what) -}}
{{- end -}}
{{- if and (gt $most 1) (eq $name "gateway") $.Values.auth.development.enabled -}}
{{- fail (printf "%s is %d and auth.development.enabled is true: who signs in at one would be unknown to the other. Set it to 1, or auth.authority to a real issuer." $what $most) -}}
{{- end -}}
{{- end -}}
{{- end -}}
