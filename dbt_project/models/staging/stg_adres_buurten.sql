{{ config(materialized='table') }}

{{ adres_buurten(ref('stg_adres_vragen')) }}
