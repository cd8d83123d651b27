{# Periods of one key never overlap; an end that is not known is later than any. #}
{% test geen_overlap(model, sleutel, begin, einde) %}
    select
        {{ sleutel | join(', ') }},
        {{ begin }}
    from {{ model }}
    qualify
        {{ begin }} <= max(coalesce({{ einde }}, date '9999-12-31')) over (
            partition by {{ sleutel | join(', ') }}
            order by {{ begin }}
            rows between unbounded preceding and 1 preceding
        )
{% endtest %}
