package ike

import (
	"cmp"
	"slices"
)

type name struct {
	number uint16
	text   string
}

// names are in the order of their numbers.
type names []name

// of is the name of a number; empty: it has none.
func (n names) of(number uint16) string {
	i, ok := slices.BinarySearchFunc(n, number, func(e name, v uint16) int { return cmp.Compare(e.number, v) })
	if !ok {
		return ""
	}
	return n[i].text
}

// registry is a register of IANA's for version 2, and what records call it.
type registry struct {
	name  string
	names names
}

// exchangeNames and v1PayloadNames are those of version 1 (RFC 2408 section 3.1, RFC
// 2409, RFC 3947, RFC 6407).
var (
	exchangeNames = names{{0, "Unknown Exchange Type"}, {1, "Base"}, {2, "Identity Protection"}, {3, "Authentication Only"}, {4, "Aggressive"},
		{5, "Informational"}, {6, "Transaction (Config Mode)"}, {32, "Quick Mode"}, {33, "New Group Mode"}}
	v1PayloadNames = names{{0, "None"}, {1, "SecurityAssociation"}, {2, "Proposal"}, {3, "Transform"}, {4, "KeyExchange"}, {5, "Identification"},
		{6, "Certificate"}, {7, "CertificateRequest"}, {8, "Hash"}, {9, "Signature"}, {10, "Nonce"}, {11, "Notification"}, {12, "Delete"},
		{13, "VendorID"}, {15, "SaKekPayload"}, {16, "SaTekPayload"}, {17, "KeyDownload"}, {18, "SequenceNumber"}, {19, "ProofOfPossession"},
		{20, "NatDiscovery"}, {21, "NatOriginalAddress"}, {22, "GroupAssociatedPolicy"}}
)

// Attributes of version 1 (RFC 2409 appendix A) that are met in code.
const (
	attrEnc      = 1
	attrHash     = 2
	attrAuth     = 3
	attrDH       = 4
	attrLifeType = 11
	attrPRF      = 13
)

// attributeNames are the attributes of version 1 by the names that rules use.
var attributeNames = names{{1, "alg_enc"}, {2, "alg_hash"}, {3, "alg_auth"}, {4, "alg_dh"}, {5, "sa_group_type"}, {6, "sa_group_prime"},
	{7, "sa_group_generator_one"}, {8, "sa_group_generator_two"}, {9, "sa_group_curve_a"}, {10, "sa_group_curve_b"}, {11, "sa_life_type"},
	{12, "sa_life_duration"}, {13, "alg_prf"}, {14, "sa_key_length"}, {15, "sa_field_size"}, {16, "sa_group_order"}}

func attributeName(typ uint16) string {
	if n := attributeNames.of(typ); n != "" {
		return n
	}
	return "unknown"
}

// valueNames are the values of some attributes, by attribute.
var valueNames = [...]names{
	attrEnc: {{1, "EncDesCbc"}, {2, "EncIdeaCbc"}, {3, "EncBlowfishCbc"}, {4, "EncRc5R16B64Cbc"}, {5, "EncTripleDesCbc"}, {6, "EncCastCbc"},
		{7, "EncAesCbc"}, {8, "EncCamelliaCbc"}},
	attrHash: {{1, "HashMd5"}, {2, "HashSha"}, {3, "HashTiger"}, {4, "HashSha2_256"}, {5, "HashSha2_384"}, {6, "HashSha2_512"}},
	attrAuth: {{1, "AuthPreSharedKey"}, {2, "AuthDssSignatures"}, {3, "AuthRsaSignatures"}, {4, "AuthEncryptionWithRsa"},
		{5, "AuthRevisedEncryptionWithRsa"}, {6, "AuthReserved"}, {7, "AuthReserved"}, {8, "AuthReserved"}, {9, "AuthEcdsaSha256"},
		{10, "AuthEcdsaSha384"}, {11, "AuthEcdsaSha512"}},
	attrDH: {{1, "GroupDefault768BitModp"}, {2, "GroupAlternate1024BitModpGroup"}, {3, "GroupEc2nOnGp2p155"}, {4, "GroupEc2nOnGp2p185"},
		{5, "GroupModp1536Bit"}, {6, "GroupEc2nOverGf2p163"}, {7, "GroupEc2nOverGf2p163"}, {8, "GroupEc2nOverGf2p283"},
		{9, "GroupEc2nOverGf2p283"}, {10, "GroupEc2nOverGf2p409"}, {11, "GroupEc2nOverGf2p409"}, {12, "GroupEc2nOverGf2p571"},
		{13, "GroupEc2nOverGf2p571"}, {14, "GroupModp2048Bit"}, {15, "GroupModp3072Bit"}, {16, "GroupModp4096Bit"}, {17, "GroupModp6144Bit"},
		{18, "GroupModp8192Bit"}, {19, "GroupRandomEcp256"}, {20, "GroupRandomEcp384"}, {21, "GroupRandomEcp521"},
		{22, "GroupModp1024With160BitPrime"}, {23, "GroupModp2048With224BitPrime"}, {24, "GroupModp2048With256BitPrime"},
		{25, "GroupRandomEcp192"}, {26, "GroupRandomEcp224"}, {27, "GroupBrainpoolEcp224"}, {28, "GroupBrainpoolEcp256"},
		{29, "GroupBrainpoolEcp384"}, {30, "GroupBrainpoolEcp512"}},
	attrLifeType: {{1, "LifeTypeSeconds"}, {2, "LifeTypeKilobytes"}},
}

func attributeValue(typ uint16, value uint32) string {
	if int(typ) < len(valueNames) && value <= 0xffff {
		if n := valueNames[typ].of(uint16(value)); n != "" {
			return n
		}
	}
	return "Unknown"
}

// encNull is the cipher that stands where none was chosen.
const encNull = 11

// transformNames are transforms of version 2 (RFC 7296 section 3.3.2), by kind.
var transformNames = [numTransforms]registry{
	transformEnc: {"IkeTransformEncType", names{{1, "ENCR_DES_IV64"}, {2, "ENCR_DES"}, {3, "ENCR_3DES"}, {4, "ENCR_RC5"}, {5, "ENCR_IDEA"},
		{6, "ENCR_CAST"}, {7, "ENCR_BLOWFISH"}, {8, "ENCR_3IDEA"}, {9, "ENCR_DES_IV32"}, {11, "ENCR_NULL"}, {12, "ENCR_AES_CBC"},
		{13, "ENCR_AES_CTR"}, {14, "ENCR_AES_CCM_8"}, {15, "ENCR_AES_CCM_12"}, {16, "ENCR_AES_CCM_16"}, {18, "ENCR_AES_GCM_8"},
		{19, "ENCR_AES_GCM_12"}, {20, "ENCR_AES_GCM_16"}, {21, "ENCR_NULL_AUTH_AES_GMAC"}, {23, "ENCR_CAMELLIA_CBC"},
		{24, "ENCR_CAMELLIA_CTR"}, {25, "ENCR_CAMELLIA_CCM_8"}, {26, "ENCR_CAMELLIA_CCM_12"}, {27, "ENCR_CAMELLIA_CCM_16"},
		{28, "ENCR_CHACHA20_POLY1305"}}},
	transformPRF: {"IkeTransformPRFType", names{{0, "PRF_NULL"}, {1, "PRF_HMAC_MD5"}, {2, "PRF_HMAC_SHA1"}, {3, "PRF_HMAC_TIGER"},
		{4, "PRF_AES128_XCBC"}, {5, "PRF_HMAC_SHA2_256"}, {6, "PRF_HMAC_SHA2_384"}, {7, "PRF_HMAC_SHA2_512"}, {8, "PRF_AES128_CMAC"}}},
	transformAuth: {"IkeTransformAuthType", names{{0, "NONE"}, {1, "AUTH_HMAC_MD5_96"}, {2, "AUTH_HMAC_SHA1_96"}, {3, "AUTH_DES_MAC"},
		{4, "AUTH_KPDK_MD5"}, {5, "AUTH_AES_XCBC_96"}, {6, "AUTH_HMAC_MD5_128"}, {7, "AUTH_HMAC_SHA1_160"}, {8, "AUTH_AES_CMAC_96"},
		{9, "AUTH_AES_128_GMAC"}, {10, "AUTH_AES_192_GMAC"}, {11, "AUTH_AES_256_GMAC"}, {12, "AUTH_HMAC_SHA2_256_128"},
		{13, "AUTH_HMAC_SHA2_384_192"}, {14, "AUTH_HMAC_SHA2_512_256"}}},
	transformDH: {"IkeTransformDHType", names{{0, "None"}, {1, "Modp768"}, {2, "Modp1024"}, {5, "Modp1536"}, {14, "Modp2048"}, {15, "Modp3072"},
		{16, "Modp4096"}, {17, "Modp6144"}, {18, "Modp8192"}, {19, "Ecp256"}, {20, "Ecp384"}, {21, "Ecp521"}, {22, "Modp1024s160"},
		{23, "Modp2048s224"}, {24, "Modp2048s256"}, {25, "Ecp192"}, {26, "Ecp224"}, {27, "BrainpoolP224r1"}, {28, "BrainpoolP256r1"},
		{29, "BrainpoolP384r1"}, {30, "BrainpoolP512r1"}, {31, "Curve25519"}, {32, "Curve448"}}},
	transformESN: {"IkeTransformESNType", names{{0, "NoESN"}, {1, "ESN"}}},
}

// v2PayloadNames are payloads of version 2 (RFC 7296 section 3.2), notifyNames its
// notifications (section 3.10.1, and RFCs 4739, 5685, 7383, 7427).
var (
	v2PayloadNames = registry{"IkePayloadType", names{{0, "NoNextPayload"}, {33, "SecurityAssociation"}, {34, "KeyExchange"}, {35, "IdentInitiator"},
		{36, "IdentResponder"}, {37, "Certificate"}, {38, "CertificateRequest"}, {39, "Authentication"}, {40, "Nonce"}, {41, "Notify"},
		{42, "Delete"}, {43, "VendorID"}, {44, "TrafficSelectorInitiator"}, {45, "TrafficSelectorResponder"},
		{46, "EncryptedAndAuthenticated"}, {47, "Configuration"}, {48, "ExtensibleAuthentication"}}}
	notifyNames = registry{"NotifyType", names{{1, "UNSUPPORTED_CRITICAL_PAYLOAD"}, {4, "INVALID_IKE_SPI"}, {5, "INVALID_MAJOR_VERSION"},
		{7, "INVALID_SYNTAX"}, {9, "INVALID_MESSAGE_ID"}, {11, "INVALID_SPI"}, {14, "NO_PROPOSAL_CHOSEN"}, {17, "INVALID_KE_PAYLOAD"},
		{24, "AUTHENTICATION_FAILED"}, {34, "SINGLE_PAIR_REQUIRED"}, {35, "NO_ADDITIONAL_SAS"}, {36, "INTERNAL_ADDRESS_FAILURE"},
		{37, "FAILED_CP_REQUIRED"}, {38, "TS_UNACCEPTABLE"}, {39, "INVALID_SELECTORS"}, {43, "TEMPORARY_FAILURE"}, {44, "CHILD_SA_NOT_FOUND"},
		{16384, "INITIAL_CONTACT"}, {16385, "SET_WINDOW_SIZE"}, {16386, "ADDITIONAL_TS_POSSIBLE"}, {16387, "IPCOMP_SUPPORTED"},
		{16388, "NAT_DETECTION_SOURCE_IP"}, {16389, "NAT_DETECTION_DESTINATION_IP"}, {16390, "COOKIE"}, {16391, "USE_TRANSPORT_MODE"},
		{16392, "HTTP_CERT_LOOKUP_SUPPORTED"}, {16393, "REKEY_SA"}, {16394, "ESP_TFC_PADDING_NOT_SUPPORTED"},
		{16395, "NON_FIRST_FRAGMENTS_ALSO"}, {16404, "MULTIPLE_AUTH_SUPPORTED"}, {16405, "ANOTHER_AUTH_FOLLOWS"}, {16406, "REDIRECT_SUPPORTED"},
		{16430, "IKEV2_FRAGMENTATION_SUPPORTED"}, {16431, "SIGNATURE_HASH_ALGORITHMS"}}}
)
