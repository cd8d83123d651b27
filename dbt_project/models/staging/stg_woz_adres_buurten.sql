{{ config(materialized='table') }}

{{ adres_buurten(ref('stg_woz_adres_vragen')) }}
